package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	tables "github.com/pushbench/pushbench/results/gate/study"
)

var studyCommand = command{
	name:    "study",
	args:    "SCENARIO",
	hidden:  true,
	summary: "Record what the gate's own false alarms and power are found from: three arms, two of them the same and one slower, for as long as asked; then real gates of both kinds.",
	example: `pushbench study gate-study -o results/study --duration 90m
pushbench study gate-study -o results/study-busy --duration 45m --busy
pushbench study --resume results/study`,
	flags: func(fs *pflag.FlagSet) {
		fs.StringP("output", "o", "", "directory of the study (default results/studies/SCENARIO-TIME)")
		fs.String("resume", "", "go on with the study in this directory")
		fs.StringArray("set", nil, "replace a factor's values: factor=value[,value]; may be repeated")
		fs.Uint64("seed", 0, "seed of the order of cells (default 1)")
		fs.Duration("duration", 90*time.Minute, "of recording")
		fs.Bool("busy", false, "keep the generator's core busy in random bursts")
		fs.String("slow", "spin=5%", "what makes the third arm slower, as --inject of gate")
		fs.Int("gates", 12, "real gates of each kind, after the recording")
		fs.Int("slices", plan.DefaultTurns.Count, "of each arm in a block; 0 is whole windows")
		fs.Duration("slice", plan.DefaultTurns.Slice.Duration(), "length of a slice")
		fs.Duration("settle", plan.DefaultTurns.Settle.Duration(), "before each slice")
	},
	run: runStudy,
}

func runStudy(ctx context.Context, inv *invocation) error {
	store, err := openStudy(ctx, inv)
	if err != nil {
		return err
	}
	return errors.Join(study(ctx, inv, store), store.Close())
}

func openStudy(ctx context.Context, inv *invocation) (*results.Run, error) {
	if dir, _ := inv.flags.GetString("resume"); dir != "" {
		if err := resumedAlone(inv, dir, "output", "set", "seed", "busy", "slow", "slices", "slice", "settle"); err != nil {
			return nil, err
		}
		return results.Open(dir)
	}
	m, err := manifest(inv)
	if err != nil {
		return nil, err
	}
	if m.Plan, err = onLoopback(m.Plan, newProgress(inv.stderr).note); err != nil {
		return nil, err
	}
	slow := plan.Arm{Name: tables.Slow}
	text, _ := inv.flags.GetString("slow")
	if err := injectInto(&slow, m.Plan, text); err != nil {
		return nil, err
	}
	m.Plan = m.Plan.WithArms(studyTurns(inv), plan.Arm{Name: tables.Base}, plan.Arm{Name: tables.Again}, slow)
	m.Busy, _ = inv.flags.GetBool("busy")
	most, _ := inv.flags.GetDuration("duration")
	m.Plan.Measure = plan.Measure{MinBlocks: 1, MaxBlocks: mostGateBlocks, Budget: plan.Seconds(most.Seconds()) + gateLeeway}
	dir, _ := inv.flags.GetString("output")
	if dir == "" {
		dir = filepath.Join("results", "studies", m.Plan.Name+"-"+m.Created.Format("20060102-150405"))
	}
	return results.Create(dir, m)
}

func studyTurns(inv *invocation) (t plan.Turns) {
	slice, _ := inv.flags.GetDuration("slice")
	settle, _ := inv.flags.GetDuration("settle")
	t.Count, _ = inv.flags.GetInt("slices")
	t.Slice, t.Settle = plan.Seconds(slice.Seconds()), plan.Seconds(settle.Seconds())
	return t
}

// study records until the time asked for was spent measuring.
func study(ctx context.Context, inv *invocation, store *results.Run) error {
	if store.Manifest.Busy {
		stop, err := startBursts()
		if err != nil {
			return err
		}
		defer stop()
	}
	most, _ := inv.flags.GetDuration("duration")
	if err := measureArms(ctx, inv, store, func(trials []results.Trial) bool { return measured(trials) >= most }); err != nil {
		return fmt.Errorf("%w; what was measured is in %s: go on by `pushbench study --resume %s`", err, store.Dir, store.Dir)
	}
	fmt.Fprintf(inv.stdout, "%d trials in %v: %s\n", len(store.Trials), measured(store.Trials).Round(time.Second), store.Dir)
	return realGates(ctx, inv, store)
}

// longestGap between two trials is not an interruption.
const longestGap = time.Minute

// measured is the time that was spent on trials so far, interruptions left out.
func measured(trials []results.Trial) (sum time.Duration) {
	for i := 1; i < len(trials); i++ {
		if gap := trials[i].Started.Sub(trials[i-1].Started); gap > 0 && gap < longestGap {
			sum += gap
		}
	}
	return sum
}
