package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/results/report"
	"github.com/pushbench/pushbench/scenarios"
)

// storedMethods are how metrics with scatter are compared with what is stored.
var storedMethods = map[string]string{"baseline": gate.Unpaired, "history": gate.Changes}

// dryGate prints what a gate would measure, and by which rules it would decide.
func dryGate(w io.Writer, m results.Manifest, way string) error {
	p := m.Plan
	if len(p.Arms) == 0 { // held against what is stored
		if err := dryRun(w, m); err != nil {
			return err
		}
		p = p.WithArms(plan.DefaultTurns, plan.Arm{Name: plan.BaseArm}, plan.Arm{Name: plan.HeadArm})
	} else {
		fmt.Fprintf(w, "%s: %s\n", p.Name, p.Title)
		for _, a := range p.Arms {
			fmt.Fprintln(w, describeArm(a))
		}
		fmt.Fprintf(w, "blocks of about %v, until every rule is decided or its time is over\n", scenarios.Estimate(p).Block.Round(100*time.Millisecond))
	}
	g, err := gateOf(p)
	if err != nil {
		return statusError{exitUsage, err}
	}
	d := g.Decide(nil)
	for i, c := range d.Comparisons {
		if c.Method == gate.Sequence {
			d.Comparisons[i].Method = cmp.Or(storedMethods[way], c.Method)
		}
	}
	fmt.Fprintln(w)
	if err := report.Rules(w, p.Gate, d); err != nil {
		return err
	}
	describeServers(w, m.Plan)
	return nil
}
