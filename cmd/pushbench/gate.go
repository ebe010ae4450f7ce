package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
)

var gateCommand = command{
	name:    "gate",
	args:    "SCENARIO",
	summary: "Compare two programs on this machine, block by block, until it is certain whether the head is worse than the base. The exit status says so: 0 it is not, 1 it is, 3 the time did not suffice.",
	example: `pushbench gate smoke --base-rev main                # this program against another revision of it
pushbench gate my-scenario.yaml --base-rev v1.2 --head-rev HEAD
pushbench gate my-scenario.yaml --base-cmd "./old {port}" --head-cmd "./new {port}"
pushbench gate smoke --inject spin=5%               # does it fail when it should?
pushbench gate --resume results/gates/smoke-20260102-150405`,
	flags: func(fs *pflag.FlagSet) {
		fs.String("base-rev", "", "Git revision to build the base from")
		fs.String("head-rev", "", "Git revision to build the head from (default: what is here)")
		fs.String("base-cmd", "", "command of the base's server, in place of the scenario's")
		fs.String("head-cmd", "", "command of the head's server")
		fs.String("inject", "", "make the head worse: write=100 (a write call more every 100 messages), spin=200ns (a message) or spin=5%, alloc=64B (a message), flush=1ms (later); several with commas")
		fs.StringP("output", "o", "", "run directory (default results/gates/SCENARIO-TIME)")
		fs.StringArray("set", nil, "replace a factor's values: factor=value[,value]; may be repeated")
		fs.Uint64("seed", 0, "seed of the order of cells (default 1)")
		fs.Bool("all-networks", false, "measure cells on other networks than loopback too")
		fs.String("resume", "", "go on with the gate in this directory, from its manifest alone")
		decisionFlags(fs)
	},
	run: runGate,
}

func runGate(ctx context.Context, inv *invocation) error {
	if err := checkDecisionFlags(inv); err != nil {
		return err
	}
	dir, _ := inv.flags.GetString("resume")
	if dir != "" {
		return resumeGate(ctx, inv, dir)
	}
	m, err := manifest(inv)
	if err != nil {
		return err
	}
	show := newProgress(inv.stderr)
	if all, _ := inv.flags.GetBool("all-networks"); !all {
		if m.Plan, err = onLoopback(m.Plan, show.note); err != nil {
			return err
		}
	}
	arms, err := armsOf(ctx, inv, m.Plan)
	if err != nil {
		return err
	}
	m.Plan = gatePlan(m.Plan, arms)
	if _, err := gateOf(m.Plan); err != nil {
		return statusError{exitUsage, err}
	}
	if done, err := enter(m.Plan); done {
		return err
	}
	if m.Links, err = runner.Verify(ctx, m.Plan, show.note); err != nil {
		return err
	}
	m.Host.Backend = runner.Backends(m.Links)
	if dir, _ = inv.flags.GetString("output"); dir == "" {
		dir = filepath.Join("results", "gates", m.Plan.Name+"-"+m.Created.Format("20060102-150405"))
	}
	if err := placeArms(ctx, dir, m.Plan.Arms, m.Plan.Servers); err != nil {
		return err
	}
	store, err := results.Create(dir, m)
	if err != nil {
		return err
	}
	return decideAndReport(ctx, inv, store)
}

// The times of its rules end a gate; these bound it beyond doubt.
const (
	mostGateBlocks = 100000
	gateLeeway     = plan.Seconds(60)
)

// longestRule is the longest time that a rule of the gate may take.
func longestRule(p plan.Plan) (most plan.Seconds) {
	for _, r := range gate.Rules(p) {
		most = max(most, cmp.Or(r.MaxTime, plan.DefaultMaxTime))
	}
	return most
}

func resumeGate(ctx context.Context, inv *invocation, dir string) error {
	if err := resumedAlone(inv, dir, "output", "set", "seed", "base-rev", "head-rev", "base-cmd", "head-cmd", "inject", "all-networks"); err != nil {
		return err
	}
	store, done, err := reopen(ctx, inv, dir)
	if done || err != nil {
		return err
	}
	if len(store.Manifest.Plan.Arms) == 0 {
		return errors.Join(usageError("%s holds no gate: go on with it by `pushbench run --resume %s`", dir, dir), store.Close())
	}
	return decideAndReport(ctx, inv, store)
}

func decideAndReport(ctx context.Context, inv *invocation, store *results.Run) (err error) {
	defer func() { err = errors.Join(err, store.Close()) }()
	d, err := decideIn(ctx, inv, store)
	if err != nil {
		return err
	}
	return reportDecision(inv, store, d)
}

// decideIn measures until every rule is settled.
func decideIn(ctx context.Context, inv *invocation, store *results.Run) (d gate.Decision, err error) {
	g, err := gateOf(store.Manifest.Plan)
	if err != nil {
		return d, err
	}
	failed := measureArms(ctx, inv, store, func(trials []results.Trial) bool { return g.Decide(trials).Done() })
	if len(store.Trials) > 0 {
		failed = errors.Join(failed, store.WriteSummary(summarize(store)))
	}
	if failed != nil {
		return d, fmt.Errorf("%w; what was measured is in %s: go on by `pushbench gate --resume %s`", failed, store.Dir, store.Dir)
	}
	return g.Decide(store.Trials), nil
}

// gatePlan is the plan of a gate: every cell in every arm, for as long as its
// rules may take.
func gatePlan(p plan.Plan, arms []plan.Arm) plan.Plan {
	p = p.WithArms(plan.DefaultTurns, arms...)
	p.Measure = plan.Measure{MinBlocks: 1, MaxBlocks: mostGateBlocks, Budget: longestRule(p) + gateLeeway}
	return p
}

// onLoopback leaves out cells whose networks take rights, or time, to set up.
func onLoopback(p plan.Plan, note func(string)) (plan.Plan, error) {
	var local []plan.Cell
	for _, c := range p.Cells {
		if c.Factors.Text("network") == "loopback" {
			local = append(local, c)
		}
	}
	if len(local) == 0 {
		return p, usageError("no cell of %s is on loopback, which is all that needs no rights: take --all-networks, or --set network=loopback", p.Name)
	}
	if n := len(p.Cells) - len(local); n > 0 {
		note(fmt.Sprintf("%d of %d cells are left out, which are not on loopback: --all-networks takes them", n, len(p.Cells)))
	}
	p.Cells = local
	return p, nil
}
