package main

import (
	"errors"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
)

// gateOf is the gate of a plan with the arms base and head.
func gateOf(p plan.Plan) (*gate.Gate, error) {
	return gate.New(p, gate.Arms{Factor: plan.ArmFactor, Base: plan.BaseArm, Head: plan.HeadArm})
}

// reportDecision shows what was decided, and returns it as an exit status.
func reportDecision(inv *invocation, store *results.Run, d gate.Decision) error {
	for _, a := range store.Manifest.Plan.Arms {
		d.Notes = append(d.Notes, describeArm(a))
	}
	return errors.Join(showDecision(inv, store.Dir, store.Manifest, d), statusOf(inv, d))
}
