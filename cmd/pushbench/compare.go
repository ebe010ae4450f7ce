package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/scenarios"
)

var compareCommand = command{
	name:    "compare",
	args:    "[BASE] RUN",
	summary: "Say in which cells and metrics a stored run is better or worse than another run, than a baseline, or some of its cells than those with a base value of a factor. It measures nothing.",
	example: `pushbench compare results/runs/before results/runs/after
pushbench compare results/runs/smoke --base strategy=direct
pushbench compare before after --metric server_cpu_seconds_per_message --least-difference 5% --fail
pushbench compare results/runs/smoke --save-baseline baselines
pushbench compare results/runs/later --baseline baselines --fail`,
	flags: func(fs *pflag.FlagSet) {
		fs.String("base", "", "of one run: the cells to hold the others against, factor=value")
		fs.String("baseline", "", "of one run: the directory of baselines to hold it against")
		fs.String("history", "", "of one run: a directory of earlier runs, in which to look for changes up to it")
		fs.String("save-baseline", "", "of one run: make it the baseline of its scenario in this directory")
		ruleFlags(fs, "goodput, write calls, CPU, latency p50 and p99")
		fs.Bool("fail", false, "end with status 1 if anything is worse, 3 if anything is undecided")
		decisionFlags(fs)
	},
	run: runCompare,
}

func runCompare(_ context.Context, inv *invocation) error {
	if err := checkDecisionFlags(inv); err != nil {
		return err
	}
	way, err := wayOf(inv)
	if err != nil {
		return err
	}
	var runs []*results.Run
	for _, dir := range inv.args {
		run, err := readRun(inv, dir)
		if err != nil {
			return err
		}
		runs = append(runs, run)
	}
	head := runs[len(runs)-1]
	if way == "save-baseline" {
		return saveBaseline(inv, head)
	}
	d, err := compared(inv, way, runs)
	if err != nil {
		return err
	}
	shown := showDecision(inv, head.Dir, head.Manifest, d)
	fail, _ := inv.flags.GetBool("fail")
	switch {
	case fail && len(d.Missing) > 0 && d.Verdict != gate.Worse:
		return errors.Join(shown, fmt.Errorf("%s lacks %d cells of %s, such as %s: what is missing might be what is worse; measure the same cells", d.Head, len(d.Missing), d.Base, d.Missing[0]))
	case fail:
		return errors.Join(shown, statusOf(inv, d))
	case d.Count(gate.Unmeasured) > 0:
		return errors.Join(shown, statusError{gate.ExitFailed, errSaid})
	}
	return shown
}

// wayOf returns the flag that says what the run is held against; "" is another run.
func wayOf(inv *invocation) (way string, err error) {
	if way, err = oneOf(inv, "base", "baseline", "history", "save-baseline"); err != nil {
		return "", err
	}
	switch {
	case way != "" && len(inv.args) != 1:
		return "", usageError("with --%s, one run directory is meant; there are %d arguments", way, len(inv.args))
	case way == "" && len(inv.args) != 2:
		return "", usageError("two run directories are meant, the base first; there are %d arguments (one is enough with --base factor=value or --baseline DIR)", len(inv.args))
	}
	return way, nil
}

// oneOf returns which of the flags is given; "" is none, and two are a mistake.
func oneOf(inv *invocation, names ...string) (given string, err error) {
	for _, name := range names {
		switch {
		case !inv.flags.Changed(name):
		case given != "":
			return "", usageError("--%s and --%s ask for different things; leave one out", given, name)
		default:
			given = name
		}
	}
	return given, nil
}

// compared makes the decision.
func compared(inv *invocation, way string, runs []*results.Run) (d gate.Decision, err error) {
	head := runs[len(runs)-1]
	var measured []results.Trial // in any of them: what the head lost is no reason to leave it out
	for _, r := range runs {
		measured = append(measured, r.Trials...)
	}
	rules, err := rulesOf(inv, head.Manifest.Plan, measured, way == "baseline" || way == "history")
	if err != nil {
		return d, statusError{exitUsage, err}
	}
	what, _ := inv.flags.GetString(way)
	switch way {
	case "baseline":
		b, err := gate.ReadBaseline(what, head.Manifest.Plan.Name)
		if err != nil {
			return d, err
		}
		if d, err = gate.Against(b, head, rules); err != nil {
			return d, statusError{exitUsage, fmt.Errorf("%s: %w", gate.BaselineFile(what, b.Scenario), err)}
		}
		return d, nil
	case "history":
		past, err := gate.ReadHistory(what, head.Manifest.Plan.Name)
		if err != nil {
			return d, err
		}
		if d, err = gate.History(gate.UpTo(past, head), rules); err != nil {
			return d, statusError{exitUsage, err}
		}
		return d, nil
	case "base":
		d, err = within(head, rules, what)
	default:
		d, err = gate.Between(runs[0], head, rules)
	}
	if err != nil {
		return d, statusError{exitUsage, err}
	}
	return d, nil
}

// saveBaseline makes a run the baseline of its scenario.
func saveBaseline(inv *invocation, run *results.Run) error {
	dir, _ := inv.flags.GetString("save-baseline")
	rules, err := rulesOf(inv, run.Manifest.Plan, run.Trials, true)
	if err != nil {
		return statusError{exitUsage, err}
	}
	b, err := gate.NewBaseline(run, rules)
	if err != nil {
		return err
	}
	name, err := b.Write(dir)
	if err == nil {
		fmt.Fprintln(inv.stdout, name)
	}
	return err
}

// readRun refuses a damaged run: what is missing might be what is worse.
func readRun(inv *invocation, dir string) (*results.Run, error) {
	run, err := results.Read(dir)
	if err != nil {
		return nil, err
	}
	for _, w := range run.Warnings {
		fmt.Fprintln(inv.stderr, w)
	}
	return run, nil
}

// within compares the cells of one run with those of the base value. Arms were
// looked at after each block; the cells of other runs are a sample of fixed size.
func within(run *results.Run, rules []plan.Rule, base string) (gate.Decision, error) {
	factor, text, ok := strings.Cut(base, "=")
	if !ok {
		return gate.Decision{}, fmt.Errorf("--base %s: factor=value is meant, such as strategy=direct", base)
	}
	value, err := scenarios.ParseValue(factor, text)
	if err != nil {
		return gate.Decision{}, fmt.Errorf("--base %s: %w", base, err)
	}
	g, err := gate.With(run.Manifest.Plan, rules, gate.Arms{Factor: factor, Base: value})
	if err != nil {
		return gate.Decision{}, err
	}
	if factor != plan.ArmFactor {
		g = g.Once()
	}
	return g.Decide(run.Trials), nil
}
