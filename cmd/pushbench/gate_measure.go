package main

import (
	"context"
	"errors"
	"time"

	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
)

// measureArms builds the arms and runs blocks until done says so; nil leaves that
// to the plan. What was built is removed however it ends.
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
	if done != nil && len(store.Trials) > 0 && done(store.Trials) {
		return nil
	}
	remove, err := buildArms(drain, store, show.note)
	defer func() { err = errors.Join(err, remove()) }()
	if err == nil {
		err = runner.Build(drain, p, show.note)
	}
	if err == nil {
		err = sameServers(store)
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
