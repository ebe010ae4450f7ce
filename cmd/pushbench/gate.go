package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
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
pushbench gate smoke --self-test                    # all kinds of that, and against itself
pushbench gate smoke --baseline results/baseline    # what is here against a stored baseline
pushbench gate --resume results/gates/smoke-20260102-150405`,
	flags: func(fs *pflag.FlagSet) {
		fs.String("base-rev", "", "Git revision to build the base from")
		fs.String("head-rev", "", "Git revision to build the head from (default: what is here)")
		fs.String("base-cmd", "", "command of the base's server, in place of the scenario's")
		fs.String("head-cmd", "", "command of the head's server")
		fs.String("inject", "", "make the head worse: write=100 (a write call more every 100 messages), spin=200ns (a message) or spin=5%, alloc=64B (a message), flush=1ms (later); several with commas")
		fs.String("baseline", "", "directory of stored baselines to hold what is here against: counted metrics on any machine, timed ones on the machine that made it")
		fs.String("history", "", "directory of earlier runs, in which to look for changes up to now")
		fs.Bool("self-test", false, "show that the gate fails when it should, and passes the base against itself")
		fs.StringP("output", "o", "", "run directory (default results/gates/SCENARIO-TIME)")
		fs.StringArray("set", nil, "replace a factor's values: factor=value[,value]; may be repeated")
		fs.Uint64("seed", 0, "seed of the order of cells (default 1)")
		fs.Bool("all-networks", false, "measure cells on other networks than loopback too")
		fs.Bool("dry-run", false, "show arms, rules and cells, and run nothing")
		ruleFlags(fs, "write calls, records and frames where the load determines them, and CPU per message")
		fs.String("resume", "", "go on with the gate in this directory, from its manifest alone")
		decisionFlags(fs)
	},
	run: runGate,
}

func runGate(ctx context.Context, inv *invocation) error {
	if err := checkDecisionFlags(inv); err != nil {
		return err
	}
	way, err := gateWay(inv)
	if err != nil {
		return err
	}
	if dir, _ := inv.flags.GetString("resume"); dir != "" {
		return resumeGate(ctx, inv, dir, way)
	}
	m, err := gateManifest(inv)
	if err != nil {
		return err
	}
	var arms []plan.Arm
	if way == "" {
		if arms, err = armsOf(ctx, inv, m.Plan); err != nil {
			return err
		}
		if m.Plan, err = differing(m.Plan, arms, newProgress(inv.stderr).note); err != nil {
			return err
		}
	}
	if m.Plan.Gate, err = rulesOf(inv, m.Plan, nil, true); err != nil {
		return statusError{exitUsage, err}
	}
	switch way {
	case "self-test":
		return selfTest(ctx, inv, m)
	case "baseline", "history":
		err = checkStored(inv, m, way)
	default:
		err = arm(inv, &m, arms)
	}
	if err != nil {
		return err
	}
	if dry, _ := inv.flags.GetBool("dry-run"); dry {
		return dryGate(inv.stdout, m, way)
	}
	if done, err := enter(m.Plan); done {
		return err
	}
	if err := measureLinks(ctx, inv, &m); err != nil {
		return err
	}
	dir := gateDirOf(inv, m)
	if err := placeArms(ctx, dir, m.Plan.Arms, m.Plan.Servers); err != nil {
		return err
	}
	store, err := results.Create(dir, m)
	if err != nil {
		return err
	}
	return decideAndReport(ctx, inv, store, way)
}

// gateWay returns the flag that says what the head is held against in place of
// another arm; "" is an arm.
func gateWay(inv *invocation) (way string, err error) {
	if way, err = oneOf(inv, "self-test", "baseline", "history"); err != nil {
		return "", err
	}
	for _, name := range []string{"base-rev", "head-rev", "base-cmd", "head-cmd", "inject"} {
		if way != "" && inv.flags.Changed(name) {
			return "", usageError("--%s measures what is here; leave --%s out", way, name)
		}
	}
	return way, nil
}

// gateManifest resolves the scenario and the cells it may measure.
func gateManifest(inv *invocation) (results.Manifest, error) {
	m, err := manifest(inv)
	if err != nil {
		return m, err
	}
	if all, _ := inv.flags.GetBool("all-networks"); !all {
		if m.Plan, err = onLoopback(m.Plan, newProgress(inv.stderr).note); err != nil {
			return m, err
		}
	}
	return m, nil
}

// arm gives the plan its arms, and says by which program they are measured.
func arm(inv *invocation, m *results.Manifest, arms []plan.Arm) (err error) {
	cells := len(m.Plan.Cells)
	if m.Plan, _, err = armed(m.Plan, arms); err != nil {
		return err
	}
	if n := cells - len(m.Plan.Cells)/len(arms); n > 0 {
		newProgress(inv.stderr).note(fmt.Sprintf("%d of %d cells are left out, which no rule is about", n, cells))
	}
	for _, a := range arms {
		if (a.Inject != plan.Injection{}) && !slices.ContainsFunc(m.Plan.Cells, a.Inject.Touches) {
			return usageError("--inject %s changes nothing in any cell that a rule is about", a.Inject)
		}
	}
	m.Program, err = ownHash()
	return err
}

// armed is the plan of a gate with these arms, of the cells that its rules are about.
func armed(p plan.Plan, arms []plan.Arm) (plan.Plan, *gate.Gate, error) {
	p = gatePlan(p, arms)
	g, err := gateOf(p)
	if err != nil {
		return p, nil, statusError{exitUsage, err}
	}
	cells := g.Cells()
	p.Cells = slices.DeleteFunc(p.Cells, func(c plan.Cell) bool { return !slices.Contains(cells, c.Unit()) })
	return p, g, nil
}

func gateDirOf(inv *invocation, m results.Manifest) string {
	dir, _ := inv.flags.GetString("output")
	return cmp.Or(dir, filepath.Join("results", "gates", m.Plan.Name+"-"+m.Created.Format("20060102-150405")))
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

func resumeGate(ctx context.Context, inv *invocation, dir, way string) error {
	if err := resumedAlone(inv, dir, "output", "set", "seed", "base-rev", "head-rev", "base-cmd", "head-cmd", "inject", "all-networks", "self-test", "dry-run", "metric", "least-difference", "confidence", "counted"); err != nil {
		return err
	}
	store, done, err := reopen(ctx, inv, dir)
	if done || err != nil {
		return err
	}
	if err := sameProgram(store.Manifest); err != nil {
		return errors.Join(err, store.Close())
	}
	switch armed := len(store.Manifest.Plan.Arms) > 0; {
	case armed && way != "":
		return errors.Join(usageError("%s holds a gate of two arms; leave --%s out", dir, way), store.Close())
	case !armed && way == "":
		return errors.Join(usageError("%s holds no gate of two arms: go on with it by `pushbench run --resume %s`, or say by --baseline or --history what it is held against", dir, dir), store.Close())
	}
	return decideAndReport(ctx, inv, store, way)
}

func decideAndReport(ctx context.Context, inv *invocation, store *results.Run, way string) (err error) {
	defer func() { err = errors.Join(err, store.Close()) }()
	if way != "" {
		return measureAndCompare(ctx, inv, store, way)
	}
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
	return decideUntil(ctx, inv, store, g, gate.Decision.Done)
}

// decideUntil measures until enough is decided.
func decideUntil(ctx context.Context, inv *invocation, store *results.Run, g *gate.Gate, enough func(gate.Decision) bool) (gate.Decision, error) {
	err := measureArms(ctx, inv, store, func(trials []results.Trial) bool { return enough(g.Decide(trials)) })
	if err := kept(store, err); err != nil {
		return gate.Decision{}, fmt.Errorf("%w; what was measured is in %s: go on by `pushbench gate --resume %s`", err, store.Dir, store.Dir)
	}
	return g.Decide(store.Trials), nil
}

// kept writes what follows from the trials, however measuring ended.
func kept(store *results.Run, failed error) error {
	if len(store.Trials) == 0 {
		return failed
	}
	_, err := derive(store)
	return errors.Join(failed, err)
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
