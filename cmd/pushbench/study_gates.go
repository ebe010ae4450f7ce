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
	studytables "github.com/pushbench/pushbench/results/gate/study"
)

// realGates runs gates of both kinds in turn: the base against itself, and
// against the study's slow arm. Those that are done already stay as they are.
func realGates(ctx context.Context, inv *invocation, store *results.Run) error {
	n, _ := inv.flags.GetInt("gates")
	slow := store.Manifest.Plan.Arms[len(studyArms)-1].Inject
	kinds := []struct {
		name   string
		inject plan.Injection
	}{{"same", plan.Injection{}}, {"slow", slow}}
	for i := range n {
		for _, k := range kinds {
			dir := filepath.Join(store.Dir, studytables.GatesDir, fmt.Sprintf("%s-%02d", k.name, i+1))
			d, err := realGate(ctx, inv, store.Manifest, dir, k.inject)
			if err != nil {
				return err
			}
			fmt.Fprintf(inv.stdout, "%s: %s after %d blocks, %.3g s\n", dir, d.Verdict, d.Blocks, float64(d.Seconds))
		}
	}
	return nil
}

// realGate runs one gate to its end, or reads one that has come to it.
func realGate(ctx context.Context, inv *invocation, study results.Manifest, dir string, inject plan.Injection) (d gate.Decision, err error) {
	store, err := openGate(study, dir, inject)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return decideIn(ctx, inv, store)
}

func openGate(study results.Manifest, dir string, inject plan.Injection) (*results.Run, error) {
	if _, err := os.Stat(filepath.Join(dir, results.ManifestFile)); err == nil {
		return results.Open(dir)
	}
	p := study.Plan.WithoutArms()
	study.Plan = gatePlan(p, []plan.Arm{{Name: plan.BaseArm}, {Name: plan.HeadArm, Inject: inject}})
	return results.Create(dir, study)
}
