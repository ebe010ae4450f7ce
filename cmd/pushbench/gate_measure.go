package main

import (
	"context"
	"errors"
	"time"

	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/verdict"
)

// measureArms builds the arms and runs blocks until done says so. What was built
// is removed however it ends.
func measureArms(ctx context.Context, inv *invocation, store *results.Run, done func([]results.Trial) bool) (err error) {
	p := store.Manifest.Plan
	show := newProgress(inv.stderr)
	for _, w := range store.Warnings {
		show.note(w)
	}
	show.note("storing in " + store.Dir)
	for _, a := range p.Arms {
		show.note(describeArm(a))
	}
	for _, c := range serverCommands(p) {
		show.note(c)
	}
	ctx, drain, stop := signals(ctx, show)
	defer stop()
	if len(store.Trials) > 0 && done(store.Trials) {
		return nil
	}
	remove, err := buildArms(drain, store, show.note)
	defer func() { err = errors.Join(err, remove()) }()
	if err == nil {
		err = runner.Build(drain, p, show.note)
	}
	if err != nil {
		return err
	}
	command, err := runner.Self()
	if err != nil {
		return err
	}
	r := runner.Runner{Run: store, Pins: runner.ChoosePins(), Command: command, Progress: show.event, Now: time.Now, Done: done}
	defer show.clear()
	return r.Execute(ctx, drain)
}

func summarize(store *results.Run) results.Summary {
	s := stats.Summarize(store.Manifest, store.Trials)
	s.Verdicts = verdict.All(s, store.Manifest.Plan)
	return s
}
