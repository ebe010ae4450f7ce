package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/scenarios"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

var compareCommand = command{
	name:    "compare",
	args:    "BASE HEAD",
	summary: "Say in which cells and metrics one stored run is better or worse than another, or the cells of one run than those with a base value of a factor. It measures nothing.",
	example: `pushbench compare results/runs/before results/runs/after
pushbench compare results/runs/smoke --base strategy=direct
pushbench compare before after --metric server_cpu_seconds_per_message --least-difference 5% --fail`,
	flags: func(fs *pflag.FlagSet) {
		fs.String("base", "", "of one run: the cells to hold the others against, factor=value")
		fs.StringArray("metric", nil, "compare this metric; may be repeated (default: the scenario's gate, or goodput, write calls, CPU, latency p50 and p99)")
		fs.String("least-difference", "", "the least relative difference that matters (default 2.5%; any where counts are exact)")
		fs.String("confidence", "", "of all intervals together (default 95%)")
		fs.Bool("fail", false, "end with status 1 if anything is worse, 3 if anything is undecided")
		decisionFlags(fs)
	},
	run: runCompare,
}

func runCompare(_ context.Context, inv *invocation) error {
	if err := checkDecisionFlags(inv); err != nil {
		return err
	}
	base, _ := inv.flags.GetString("base")
	switch want := 2; {
	case base != "" && len(inv.args) != 1:
		return usageError("with --base, one run directory is meant; there are %d arguments", len(inv.args))
	case base == "" && len(inv.args) != want:
		return usageError("two run directories are meant, the base first; there are %d arguments (one is enough with --base factor=value)", len(inv.args))
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
	rules, err := compareRules(inv, head)
	if err != nil {
		return statusError{exitUsage, err}
	}
	var d gate.Decision
	if base != "" {
		d, err = within(head, rules, base)
	} else {
		d, err = gate.Between(runs[0], head, rules)
	}
	if err != nil {
		return statusError{exitUsage, err}
	}
	if err := showDecision(inv, head.Dir, head.Manifest, d); err != nil {
		return err
	}
	if fail, _ := inv.flags.GetBool("fail"); fail || d.Verdict == gate.Unmeasured {
		return statusOf(inv, d)
	}
	return nil
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

// compareRules are the scenario's, or those that the flags ask for.
func compareRules(inv *invocation, head *results.Run) ([]plan.Rule, error) {
	metrics, _ := inv.flags.GetStringArray("metric")
	least, err := shareFlag(inv, "least-difference")
	if err != nil {
		return nil, err
	}
	confidence, err := shareFlag(inv, "confidence")
	if err != nil {
		return nil, err
	}
	if rules := head.Manifest.Plan.Gate; len(rules) > 0 && len(metrics) == 0 && least == 0 && confidence == 0 {
		return rules, nil
	}
	return gate.Usual(head.Manifest.Plan, head.Trials, metrics, least, confidence)
}

// shareFlag reads a flag such as 2.5%; 0 if it is not given.
func shareFlag(inv *invocation, name string) (float64, error) {
	text, _ := inv.flags.GetString(name)
	if text == "" {
		return 0, nil
	}
	v, err := quantity.Share.Parse(text)
	if err == nil && !(v > 0 && v < 1) {
		err = fmt.Errorf("%q is not between 0%% and 100%%", text)
	}
	if err != nil {
		return 0, fmt.Errorf("--%s: %w", name, err)
	}
	return v, nil
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
	if factor != "arm" {
		g = g.Once()
	}
	return g.Decide(run.Trials), nil
}
