package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	tables "github.com/pushbench/pushbench/results/gate/study"
)

// realGates runs gates of all kinds in turn: the base against itself, against the
// study's slow arm, and against one that makes a write call more every 100 messages.
// Each is of one cell, in turn. Those that are done already stay as they are.
func realGates(ctx context.Context, inv *invocation, store *results.Run) error {
	n, _ := inv.flags.GetInt("gates")
	arms := store.Manifest.Plan.Arms
	kinds := []struct {
		name   string
		inject plan.Injection
		enough func(gate.Decision) bool
	}{
		{"same", plan.Injection{}, gate.Decision.Done},
		{"slow", arms[len(arms)-1].Inject, gate.Decision.Done},
		{"calls", plan.Injection{Write: 100}, func(d gate.Decision) bool { return d.Verdict == gate.Worse || d.Done() }},
	}
	for i := range n {
		for _, k := range kinds {
			dir := filepath.Join(store.Dir, tables.GatesDir, fmt.Sprintf("%s-%02d", k.name, i+1))
			d, err := realGate(ctx, inv, store.Manifest, dir, i, k.inject, k.enough)
			if err != nil {
				return err
			}
			fmt.Fprintf(inv.stdout, "%s: %s after %d blocks, %.3g s\n", dir, d.Verdict, d.Blocks, float64(d.Seconds))
		}
	}
	return nil
}

// realGate runs one gate until enough is decided, or reads one that has come to it.
func realGate(ctx context.Context, inv *invocation, study results.Manifest, dir string, i int, inject plan.Injection, enough func(gate.Decision) bool) (d gate.Decision, err error) {
	store, err := openGate(study, dir, i, inject)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	g, err := gateOf(store.Manifest.Plan)
	if err != nil {
		return d, err
	}
	return decideUntil(ctx, inv, store, g, enough)
}

func openGate(study results.Manifest, dir string, i int, inject plan.Injection) (*results.Run, error) {
	if _, err := os.Stat(filepath.Join(dir, results.ManifestFile)); err == nil {
		return results.Open(dir)
	}
	p := study.Plan.WithoutArms()
	p.Cells = []plan.Cell{p.Cells[i%len(p.Cells)]}
	study.Plan = gatePlan(p, []plan.Arm{{Name: plan.BaseArm}, {Name: plan.HeadArm, Inject: inject}})
	return results.Create(dir, study)
}
