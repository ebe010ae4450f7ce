package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/report"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/verdict"
)

// settleClaims measures what a directory lacks and shows what it then holds, also
// when it was cut short. A claim that cannot be measured does not keep the others
// from it.
func settleClaims(ctx context.Context, inv *invocation, dir string, set results.ClaimSet, todo []plannedClaim) error {
	show := newProgress(inv.stderr)
	ctx, drain, stop := signals(ctx, show)
	defer stop()
	if set.Failed == nil {
		set.Failed = map[string]string{}
	}
	var claims []verdict.Claim
	var failed error
	for i, c := range todo {
		claims = append(claims, c.Claim)
		if failed != nil {
			continue
		}
		show.note(fmt.Sprintf("claim %d of %d: %s", i+1, len(todo), c.ID))
		err := measureClaim(ctx, drain, inv, show, filepath.Join(dir, c.ID), c)
		show.clear()
		delete(set.Failed, c.ID)
		switch {
		case drain.Err() != nil:
			failed = fmt.Errorf("%w; what was measured is in %s: go on by `pushbench claims --resume %s`", runner.ErrInterrupted, dir, dir)
		case err != nil:
			show.note(fmt.Sprintf("%s: %v", c.ID, err))
			set.Failed[c.ID] = err.Error()
		}
	}
	if err := showClaims(inv, dir, set, claims); err != nil {
		return errors.Join(failed, err)
	}
	if failed == nil && len(set.Failed) > 0 {
		failed = fmt.Errorf("%d of %d claims could not be measured; `pushbench claims --resume %s` tries them again", len(set.Failed), len(todo), dir)
	}
	return failed
}

// measureClaim runs what the claim's run directory lacks.
func measureClaim(ctx, drain context.Context, inv *invocation, show *progress, dir string, c plannedClaim) (err error) {
	store, err := openClaim(ctx, inv, show, dir, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	command, err := runner.Self()
	if err != nil {
		return err
	}
	r := runner.Runner{Run: store, Pins: runner.ChoosePins(), Command: command, Progress: show.event, Now: time.Now}
	if err := r.Execute(ctx, drain); err != nil {
		return err
	}
	if c.looks > 0 {
		if err := r.Watch(ctx, drain, string(c.Eyes), c.looks); err != nil {
			return err
		}
	}
	_, _, drawing, err := draw(store)
	if drawing != nil { // no picture is needed for a verdict
		show.note(fmt.Sprintf("%s: %v", c.ID, drawing))
	}
	return err
}

// openClaim makes the run of a claim, or goes on with the one that is there.
func openClaim(ctx context.Context, inv *invocation, show *progress, dir string, c plannedClaim) (*results.Run, error) {
	if _, err := os.Stat(filepath.Join(dir, results.ManifestFile)); err == nil {
		store, err := results.Open(dir)
		if err != nil {
			return nil, err
		}
		return store, runner.VerifyAgain(ctx, store.Manifest.Links, show.note)
	}
	if err := measureLinks(ctx, inv, &c.manifest); err != nil {
		return nil, err
	}
	return results.Create(dir, c.manifest)
}

// evidence is all that a run stored, as rules read it.
func evidence(store *results.Run) (verdict.Evidence, error) {
	looks, _, err := results.ReadLooks(store.Dir)
	m := store.Manifest
	return verdict.Evidence{Summary: stats.Summarize(m, store.Trials), Plan: m.Plan, Trials: store.Trials, Looks: looks}, err
}

func writeDocument(file string, set results.ClaimSet) error {
	var text bytes.Buffer
	if err := report.ClaimsDocument(&text, set); err != nil {
		return err
	}
	return results.WriteFileAtomic(file, text.Bytes())
}
