package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/scenarios"
)

var runCommand = command{
	name:    "run",
	args:    "SCENARIO",
	summary: "Run a scenario: a built-in one by name, or a file. The table and the verdict go to standard output; everything is stored in the run directory.",
	example: `pushbench run reproduce-3.8x
pushbench run smoke --set message=64B,1KiB --blocks 8
pushbench run my-scenario.yaml --dry-run
pushbench run --resume results/runs/smoke-20260102-150405`,
	flags: func(fs *pflag.FlagSet) {
		fs.StringP("output", "o", "", "run directory (default results/runs/SCENARIO-TIME)")
		fs.StringArray("set", nil, "replace a factor's values: factor=value[,value]; may be repeated")
		fs.Bool("quick", false, "short windows and few blocks: well under a minute where it can, intervals may be missing")
		fs.Int("blocks", 0, "run exactly this many blocks")
		fs.Uint64("seed", 0, "seed of the order of cells and of random arrivals (default 1)")
		fs.Bool("json", false, "print the stored summary, and nothing else, on standard output")
		fs.Bool("dry-run", false, "show the plan and how long it will take, and run nothing")
		fs.Bool("probe", false, "then look at the sends from inside the kernel, in blocks of their own")
		fs.Bool("profile", false, "then profile our own server, in trials of their own: CPU, scheduler, memory")
		fs.String("resume", "", "complete the run in this directory, from its manifest alone")
	},
	run: runRun,
}

func runRun(ctx context.Context, inv *invocation) error {
	dir, _ := inv.flags.GetString("resume")
	if dir != "" {
		return resumeRun(ctx, inv, dir)
	}
	m, err := manifest(inv)
	if err != nil {
		return err
	}
	if dry, _ := inv.flags.GetBool("dry-run"); dry {
		return dryRun(inv.stdout, m)
	}
	if done, err := enter(m.Plan); done {
		return err
	}
	if err := measureLinks(ctx, inv, &m); err != nil {
		return err
	}
	if dir, _ = inv.flags.GetString("output"); dir == "" {
		dir = filepath.Join("results", "runs", m.Plan.Name+"-"+m.Created.Format("20060102-150405"))
	}
	store, err := results.Create(dir, m)
	if err != nil {
		return err
	}
	return execute(ctx, inv, store)
}

// measureLinks measures the networks of the plan before they are used.
func measureLinks(ctx context.Context, inv *invocation, m *results.Manifest) (err error) {
	m.Links, err = runner.Verify(ctx, m.Plan, newProgress(inv.stderr).note)
	m.Host.Backend = runner.Backends(m.Links)
	return err
}

// manifest resolves the scenario named on the command line.
func manifest(inv *invocation) (results.Manifest, error) {
	if len(inv.args) != 1 {
		return results.Manifest{}, usageError("one scenario is meant, a name from `pushbench list` or a file; there are %d arguments", len(inv.args))
	}
	var o scenarios.Options
	o.Set, _ = inv.flags.GetStringArray("set")
	o.Quick, _ = inv.flags.GetBool("quick")
	o.Blocks, _ = inv.flags.GetInt("blocks")
	o.Seed, _ = inv.flags.GetUint64("seed")
	return manifestOf(inv.args[0], o)
}

// manifestOf resolves a scenario for this machine.
func manifestOf(scenario string, o scenarios.Options) (results.Manifest, error) {
	s, err := scenarios.Load(scenario)
	if err != nil {
		return results.Manifest{}, statusError{exitUsage, err}
	}
	p, err := s.Plan(o)
	if err != nil {
		return results.Manifest{}, statusError{exitUsage, err}
	}
	h := host.Describe()
	h.Pinning = runner.ChoosePins().String()
	return results.Manifest{
		Schema: results.Schema, Created: time.Now().UTC().Truncate(time.Second), Version: version(),
		Scenario: string(s.Text), Set: o.Set, Quick: o.Quick, Plan: p, Host: h,
	}, nil
}

func resumeRun(ctx context.Context, inv *invocation, dir string) error {
	if err := resumedAlone(inv, dir, "output", "set", "quick", "blocks", "seed", "dry-run"); err != nil {
		return err
	}
	store, done, err := reopen(ctx, inv, dir)
	if done || err != nil {
		return err
	}
	if len(store.Manifest.Plan.Arms) > 0 {
		return errors.Join(usageError("%s holds a gate: go on with it by `pushbench gate --resume %s`", dir, dir), store.Close())
	}
	return execute(ctx, inv, store)
}

// resumedAlone refuses what would change a run that shall go on.
func resumedAlone(inv *invocation, dir string, flags ...string) error {
	if len(inv.args) > 0 {
		return usageError("--resume takes everything from the manifest in %s; leave %q out", dir, inv.args[0])
	}
	for _, name := range flags {
		if inv.flags.Changed(name) {
			return usageError("--resume takes everything from the manifest in %s; leave --%s out", dir, name)
		}
	}
	return nil
}

// reopen opens a run that shall go on, on the machine as it is now. done says
// that the command has run already (see enter).
func reopen(ctx context.Context, inv *invocation, dir string) (store *results.Run, done bool, err error) {
	old, err := results.Read(dir)
	if old == nil { // damaged lines are no obstacle: Open sets them aside
		return nil, false, err
	}
	if done, err := enter(old.Manifest.Plan); done {
		return nil, true, err
	}
	if err := runner.VerifyAgain(ctx, old.Manifest.Links, newProgress(inv.stderr).note); err != nil {
		return nil, false, err
	}
	store, err = results.Open(dir)
	return store, false, err
}

// enter gets the rights the plan's networks need. done says that the command
// has run already, in a user namespace, or that there is no getting them.
func enter(p plan.Plan) (done bool, err error) {
	status, done, err := runner.Prepare(p)
	if err != nil {
		return true, err
	}
	if done && status != exitDone {
		return true, statusError{status, errSaid}
	}
	return done, nil
}

// execute runs what the store lacks and reports what it then holds, also when
// the run was cut short.
func execute(ctx context.Context, inv *invocation, store *results.Run) (err error) {
	defer func() { err = errors.Join(err, store.Close()) }()
	command, err := runner.Self()
	if err != nil {
		return err
	}
	show := newProgress(inv.stderr)
	for _, w := range store.Warnings {
		show.note(w)
	}
	show.note("storing in " + store.Dir)
	for _, c := range serverCommands(store.Manifest.Plan) {
		show.note(c)
	}
	ctx, drain, stop := signals(ctx, show)
	defer stop()
	if err := runner.Build(ctx, store.Manifest.Plan, show.note); err != nil {
		return fmt.Errorf("%w; nothing was measured: go on by `pushbench run --resume %s`", err, store.Dir)
	}
	r := runner.Runner{Run: store, Pins: runner.ChoosePins(), Command: command, Progress: show.event, Now: time.Now}
	failed := r.Execute(ctx, drain)
	if failed == nil {
		failed = looks(ctx, drain, inv, &r)
	}
	show.clear()
	if len(store.Trials) > 0 {
		if err := finish(inv, store); err != nil {
			return errors.Join(failed, err)
		}
	}
	if failed != nil {
		return fmt.Errorf("%w; what was measured is in %s: go on by `pushbench run --resume %s`", failed, store.Dir, store.Dir)
	}
	return nil
}

// dryRun prints the plan.
func dryRun(w io.Writer, m results.Manifest) error {
	p, t := m.Plan, scenarios.Estimate(m.Plan)
	fmt.Fprintf(w, "%s: %s\n", p.Name, p.Title)
	fmt.Fprintf(w, "%d cells, %d to %d blocks of about %v: %v to %v\n", len(p.Cells), p.Measure.MinBlocks, p.Measure.MaxBlocks,
		t.Block.Round(100*time.Millisecond), t.Least.Round(time.Second), t.Most.Round(time.Second))
	for _, c := range p.Cells {
		fmt.Fprintf(w, "  %s\n", c.ID)
	}
	describeServers(w, p)
	return nil
}

// printJSON prints the stored summary.
func printJSON(w io.Writer, s results.Summary) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}
