package main

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
)

// gateOf is the gate of a plan with the arms base and head.
func gateOf(p plan.Plan) (*gate.Gate, error) {
	return gate.New(p, gate.Arms{Factor: plan.ArmFactor, Base: plan.BaseArm, Head: plan.HeadArm})
}

// reportDecision prints what was decided, and returns it as an exit status.
func reportDecision(inv *invocation, store *results.Run, d gate.Decision) error {
	for _, c := range d.Comparisons {
		fmt.Fprintln(inv.stdout, comparisonLine(c))
	}
	for _, a := range store.Manifest.Plan.Arms {
		if in := a.Inject.String(); in != "" {
			fmt.Fprintf(inv.stdout, "arm %s was MADE WORSE ON PURPOSE: %s\n", a.Name, in)
		}
	}
	fmt.Fprintf(inv.stdout, "%s after %d blocks, %.3g s of measuring: %s\n", d.Verdict, d.Blocks, float64(d.Seconds), store.Dir)
	if status := d.ExitStatus(); status != exitDone {
		return statusError{status, errSaid}
	}
	return nil
}

func comparisonLine(c gate.Comparison) string {
	line := fmt.Sprintf("%-10s %s of %s", c.Verdict, c.Metric, c.Cell)
	if c.Ratio != nil {
		line += fmt.Sprintf(": %.4f of the base", *c.Ratio)
	}
	if c.Lo != nil && c.Hi != nil {
		line += fmt.Sprintf(", %.4f to %.4f", *c.Lo, *c.Hi)
	}
	if c.Why != "" {
		line += " (" + c.Why + ")"
	}
	return line
}
