package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/report"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/verdict"
	"github.com/pushbench/pushbench/scenarios"
)

var claimsCommand = command{
	name:    "claims",
	args:    "[ID...]",
	summary: "Settle what is said about writing streams, by measuring it on this machine. Each claim is a scenario and a rule: it holds, holds when some condition is met, does not hold, or stays undecided. All of them take more than half an hour.",
	example: `pushbench claims --quick                   # all of them, in less than five minutes
pushbench claims ratio-3.8 nagle
pushbench claims -o claims && pushbench claims --from claims --markdown claims.md
pushbench claims --resume claims`,
	flags: func(fs *pflag.FlagSet) {
		fs.StringP("output", "o", "", "directory of the runs, one for each claim (default results/claims/TIME)")
		fs.StringArray("set", nil, "replace a factor's values in every scenario: factor=value[,value]; may be repeated")
		fs.Bool("quick", false, "fewer cells and short windows: under five minutes, more stays undecided")
		fs.Bool("dry-run", false, "list the claims and how long each will take, and measure nothing")
		fs.Bool("json", false, "print the verdicts as JSON, and nothing else, on standard output")
		fs.String("markdown", "", "write them to this file as a document, too")
		fs.Uint64("seed", 0, "seed of the order of cells and of random arrivals (default 1)")
		fs.String("resume", "", "go on with what was measured in this directory")
		fs.String("from", "", "settle what was measured in this directory again, and measure nothing")
	},
	run: runClaims,
}

// Blocks of trials that are looked into, of claims that need it.
const (
	claimLooks      = 8
	claimLooksQuick = 6
)

func runClaims(ctx context.Context, inv *invocation) error {
	way, err := oneOf(inv, "resume", "from", "dry-run")
	if err != nil {
		return err
	}
	if way == "resume" || way == "from" {
		return storedClaims(ctx, inv, way)
	}
	quick, _ := inv.flags.GetBool("quick")
	asked, err := claimsNamed(inv.args)
	if err != nil {
		return err
	}
	seed, _ := inv.flags.GetUint64("seed")
	values, _ := inv.flags.GetStringArray("set")
	todo, err := plansOf(asked, quick, values, seed)
	if err != nil {
		return err
	}
	if way == "dry-run" {
		return dryClaims(inv, todo)
	}
	set := results.ClaimSet{
		Created: time.Now().UTC().Truncate(time.Second), Quick: quick, Set: values, Seed: seed, Version: version(),
		Host: todo[0].manifest.Host, Failed: map[string]string{}, Claims: []results.Verdict{},
	}
	for _, c := range todo {
		set.IDs = append(set.IDs, c.ID)
	}
	dir, _ := inv.flags.GetString("output")
	if dir == "" {
		dir = filepath.Join("results", "claims", set.Created.Format("20060102-150405"))
	}
	if _, err := os.Stat(filepath.Join(dir, results.ClaimsFile)); err == nil {
		return usageError("%s already holds claims: go on with them by `pushbench claims --resume %s`, or name another directory with -o", dir, dir)
	}
	if done, err := enterFor(inv, todo); done {
		return err
	}
	if err := results.WriteClaims(dir, set); err != nil {
		return err
	}
	return settleClaims(ctx, inv, dir, set, todo)
}

// storedClaims goes on with a directory, or settles what it has.
func storedClaims(ctx context.Context, inv *invocation, way string) error {
	dir, _ := inv.flags.GetString(way)
	if len(inv.args) > 0 {
		return usageError("--%s takes the claims from %s; leave %q out", way, dir, inv.args[0])
	}
	for _, name := range []string{"output", "set", "quick", "seed"} {
		if inv.flags.Changed(name) {
			return usageError("--%s takes everything from %s; leave --%s out", way, dir, name)
		}
	}
	set, err := results.ReadClaims(dir)
	if err != nil {
		return err
	}
	asked, err := claimsNamed(set.IDs)
	if err != nil {
		return err
	}
	if way == "from" {
		return showClaims(inv, dir, set, asked)
	}
	todo, err := plansOf(asked, set.Quick, set.Set, set.Seed)
	if err != nil {
		return err
	}
	if done, err := enterFor(inv, todo); done {
		return err
	}
	return settleClaims(ctx, inv, dir, set, todo)
}

// claimsNamed are the claims of those names; all without any.
func claimsNamed(ids []string) (out []verdict.Claim, err error) {
	if len(ids) == 0 {
		return verdict.Claims, nil
	}
	for _, id := range ids {
		c, ok := verdict.Named(id)
		if !ok {
			return nil, usageError("no claim %q; `pushbench claims --dry-run` lists them", id)
		}
		out = append(out, c)
	}
	return out, nil
}

// A plannedClaim is one with what is to be measured for it.
type plannedClaim struct {
	verdict.Claim
	manifest results.Manifest
	looks    int // blocks that are looked into
	most     int // blocks, if none had to be made up for
}

// spareBlocks are run beyond the plan's where trials were not valid: with fewer than
// six blocks there is no interval.
const spareBlocks = 2

func spare(p *plan.Plan) {
	p.Measure.MaxBlocks += spareBlocks
	p.Measure.Budget += plan.Seconds(spareBlocks * scenarios.Estimate(*p).Block.Seconds())
}

// done tells whether a claim's cells have the blocks that the plan asked for, those
// that work at all in valid trials.
func (c plannedClaim) done(trials []results.Trial) bool {
	p := c.manifest.Plan
	usable, blocks := results.Usable(trials), 0
	for _, t := range trials {
		blocks = max(blocks, t.Block+1)
	}
	for _, cell := range p.Cells {
		if n := len(usable[cell.ID]); n > 0 && n < p.Measure.MinBlocks {
			return false
		}
	}
	precise, _ := stats.Done(p, trials)
	return precise || blocks >= c.most
}

func plansOf(claims []verdict.Claim, quick bool, set []string, seed uint64) (out []plannedClaim, err error) {
	for _, c := range claims {
		o := scenarios.Options{Set: set, Quick: quick, Seed: seed}
		looks := claimLooks
		if quick {
			o.Set, looks = slices.Concat(c.Quick, set), claimLooksQuick
		}
		m, err := manifestOf(c.Scenario, o)
		if err != nil {
			return nil, fmt.Errorf("claim %s: %w", c.ID, err)
		}
		if c.Eyes == verdict.NoEyes {
			looks = 0
		}
		most := m.Plan.Measure.MaxBlocks
		spare(&m.Plan)
		out = append(out, plannedClaim{c, m, looks, most})
	}
	return out, nil
}

// enterFor gets the rights that the claims' networks need. Without them the others are
// measured all the same.
func enterFor(inv *invocation, todo []plannedClaim) (done bool, err error) {
	var all plan.Plan
	for _, c := range todo {
		all.Cells = append(all.Cells, c.manifest.Plan.Cells...)
	}
	done, err = enter(all)
	if err != nil && !errors.Is(err, errSaid) {
		newProgress(inv.stderr).note(err.Error())
		return false, nil
	}
	return done, err
}

// dryClaims lists what would be measured, and for how long.
func dryClaims(inv *invocation, todo []plannedClaim) error {
	for _, c := range todo {
		_, longest := c.times()
		fmt.Fprintf(inv.stdout, "%-18s %6v  %s\n", c.ID, longest.Round(time.Second), c.Says)
	}
	least, longest := claimTimes(todo)
	fmt.Fprintf(inv.stdout, "%d claims: %v to %v, and what measuring emulated networks takes\n", len(todo), least.Round(time.Second), longest.Round(time.Second))
	return nil
}

// times are those of a claim if no trial is lost.
func (c plannedClaim) times() (least, longest time.Duration) {
	t := scenarios.Estimate(c.manifest.Plan)
	looks := time.Duration(c.looks) * t.Block
	return t.Least + looks, min(t.Most, time.Duration(c.most)*t.Block) + looks
}

func claimTimes(todo []plannedClaim) (least, longest time.Duration) {
	for _, c := range todo {
		l, m := c.times()
		least, longest = least+l, longest+m
	}
	return least, longest
}

// showClaims settles what a directory holds, stores the verdicts and prints them.
func showClaims(inv *invocation, dir string, set results.ClaimSet, claims []verdict.Claim) error {
	set.Claims, set.Runs = set.Claims[:0], map[string]results.ClaimRun{}
	for _, c := range claims {
		v, run, err := settled(inv, filepath.Join(dir, c.ID), c)
		set.Runs[c.ID] = run
		if err != nil {
			delete(set.Runs, c.ID)
			why := err.Error()
			if said := set.Failed[c.ID]; said != "" {
				why = said
			}
			v = results.Verdict{Claim: c.ID, Verdict: verdict.Undecided, Text: "it could not be measured: " + why, Evidence: map[string]any{}}
		}
		set.Claims = append(set.Claims, v)
	}
	if err := results.WriteClaims(dir, set); err != nil {
		return err
	}
	if file, _ := inv.flags.GetString("markdown"); file != "" {
		if err := writeDocument(file, set); err != nil {
			return err
		}
	}
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		out := json.NewEncoder(inv.stdout)
		out.SetIndent("", "  ")
		return out.Encode(set)
	}
	if err := report.Claims(inv.stdout, set); err != nil {
		return err
	}
	_, err := fmt.Fprintln(inv.stdout, dir)
	return err
}

// settled applies a claim's rule to its stored run.
func settled(inv *invocation, dir string, c verdict.Claim) (v results.Verdict, run results.ClaimRun, err error) {
	store, damage := results.Read(dir)
	if store == nil {
		return v, run, damage
	}
	for _, w := range store.Warnings {
		fmt.Fprintln(inv.stderr, w)
	}
	if len(store.Trials) == 0 {
		return v, run, errors.Join(damage, errors.New("no trial of it is there"))
	}
	e, err := evidence(store)
	if err != nil {
		return v, run, err
	}
	run = results.ClaimRun{
		Started: store.Manifest.Created, Blocks: e.Blocks, Trials: len(store.Trials),
		Censored: e.CensoredTrials, Invalid: e.InvalidTrials, Looks: len(e.Looks),
	}
	return c.Settle(e), run, nil
}
