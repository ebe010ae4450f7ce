package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/results/report"
)

// selfTest runs the gates whose end is known, each in a directory of its own.
func selfTest(ctx context.Context, inv *invocation, m results.Manifest) error {
	for _, name := range []string{"junit", "markdown", "annotations", "inconclusive"} {
		if inv.flags.Changed(name) {
			return usageError("--self-test tests the gate, not a change: leave --%s out", name)
		}
	}
	tests, untested, err := gate.SelfTests(m.Plan)
	if err != nil {
		return statusError{exitUsage, err}
	}
	if len(tests) == 1 {
		return usageError("--self-test has nothing to make worse: it works on pushbench's own server, and %s has no cell of it in a rule", m.Plan.Name)
	}
	if dry, _ := inv.flags.GetBool("dry-run"); dry {
		return report.SelfTestPlan(inv.stdout, tests, untested)
	}
	if done, err := enter(m.Plan); done {
		return err
	}
	if err := measureLinks(ctx, inv, &m); err != nil {
		return err
	}
	dir := gateDirOf(inv, m)
	out := report.SelfTest{Schema: 1, Scenario: m.Plan.Name, Untested: untested}
	for _, t := range tests {
		d, err := testGate(ctx, inv, m, filepath.Join(dir, cmp.Or(t.Inject.String(), "itself")), t)
		if err != nil {
			return err
		}
		out.Add(t, d)
	}
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		enc := json.NewEncoder(inv.stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(out)
	} else {
		err = out.Write(inv.stdout)
	}
	return errors.Join(err, statusOf(inv, out))
}

// testGate runs one of them until enough is known.
func testGate(ctx context.Context, inv *invocation, m results.Manifest, dir string, t gate.SelfTest) (d gate.Decision, err error) {
	p, g, err := armed(m.Plan, []plan.Arm{{Name: plan.BaseArm}, {Name: plan.HeadArm, Inject: t.Inject}})
	if err != nil {
		return d, err
	}
	m.Plan = p
	store, err := results.Create(dir, m)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if d, err = decideUntil(ctx, inv, store, g, t.Enough); err != nil {
		return d, fmt.Errorf("self-test: %w", err)
	}
	return d, nil
}
