package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
)

// checkStored refuses, before anything is measured, what a run of the manifest
// could not be held against.
func checkStored(inv *invocation, m results.Manifest, way string) error {
	dir, _ := inv.flags.GetString(way)
	if way == "history" {
		_, err := gate.ReadHistory(dir, m.Plan.Name)
		return err
	}
	b, err := gate.ReadBaseline(dir, m.Plan.Name)
	if err != nil {
		return err
	}
	if err := gate.CheckBaseline(b, m, m.Plan.Gate); err != nil {
		return statusError{exitUsage, fmt.Errorf("%s: %w", gate.BaselineFile(dir, m.Plan.Name), err)}
	}
	return nil
}

// measureAndCompare measures what is here as a run would, and holds it against
// what is stored.
func measureAndCompare(ctx context.Context, inv *invocation, store *results.Run, way string) error {
	if err := kept(store, measureArms(ctx, inv, store, nil)); err != nil {
		dir, _ := inv.flags.GetString(way)
		return fmt.Errorf("%w; what was measured is in %s: go on by `pushbench gate --resume %s --%s %s`", err, store.Dir, store.Dir, way, dir)
	}
	d, err := compared(inv, way, []*results.Run{store})
	if err != nil {
		return err
	}
	return errors.Join(showDecision(inv, store.Dir, store.Manifest, d), statusOf(inv, d))
}
