package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/chart"
	"github.com/pushbench/pushbench/results/report"
)

// lookPairs is how many pairs of trials, with and without a look, each cell gets.
const lookPairs = 4

// looks runs the blocks that look into the server, if they are asked for.
func looks(ctx, drain context.Context, inv *invocation, r *runner.Runner) error {
	if asked, _ := inv.flags.GetBool("probe"); asked {
		if err := r.Look(ctx, drain, lookPairs); err != nil {
			return err
		}
	}
	if asked, _ := inv.flags.GetBool("profile"); asked {
		return r.Profile(ctx, drain)
	}
	return nil
}

// showLooks prints what is stored of them, and draws the timelines.
func showLooks(inv *invocation, store *results.Run, s results.Summary) (files []string, err error) {
	all, warnings, err := results.ReadLooks(store.Dir)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		fmt.Fprintln(inv.stderr, w)
	}
	if files, err = chart.DrawTimelines(store.Dir, store.Manifest, s, all); err != nil {
		return files, err
	}
	for _, l := range all {
		for _, form := range slices.Sorted(maps.Keys(l.Files)) {
			files = append(files, l.Files[form])
		}
	}
	return files, errors.Join(report.Looks(inv.stdout, all), report.Syscalls(inv.stdout, all), report.Profiles(inv.stdout, all))
}
