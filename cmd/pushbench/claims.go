package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/report"
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
	todo, err := plansOf(asked, quick, seed)
	if err != nil {
		return err
	}
	if way == "dry-run" {
		return dryClaims(inv, todo)
	}
	set := results.ClaimSet{
		Created: time.Now().UTC().Truncate(time.Second), Quick: quick, Version: version(),
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
	if done, err := enter(together(todo)); done {
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
	for _, name := range []string{"output", "quick", "seed"} {
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
	todo, err := plansOf(asked, set.Quick, 0)
	if err != nil {
		return err
	}
	if done, err := enter(together(todo)); done {
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
}

func plansOf(claims []verdict.Claim, quick bool, seed uint64) (out []plannedClaim, err error) {
	for _, c := range claims {
		o := scenarios.Options{Quick: quick, Seed: seed}
		looks := claimLooks
		if quick {
			o.Set, looks = c.Quick, claimLooksQuick
		}
		m, err := manifestOf(c.Scenario, o)
		if err != nil {
			return nil, fmt.Errorf("claim %s: %w", c.ID, err)
		}
		if c.Eyes == verdict.NoEyes {
			looks = 0
		}
		out = append(out, plannedClaim{c, m, looks})
	}
	return out, nil
}

// together is a plan of the cells of all, for what they need on this machine.
func together(todo []plannedClaim) (p plan.Plan) {
	for _, c := range todo {
		p.Cells = append(p.Cells, c.manifest.Plan.Cells...)
	}
	return p
}

// dryClaims lists what would be measured, and for how long.
func dryClaims(inv *invocation, todo []plannedClaim) error {
	var least, most time.Duration
	for _, c := range todo {
		t := scenarios.Estimate(c.manifest.Plan)
		looks := time.Duration(c.looks) * t.Block
		least, most = least+t.Least+looks, most+t.Most+looks
		fmt.Fprintf(inv.stdout, "%-18s %6v  %s\n", c.ID, (t.Most + looks).Round(time.Second), c.Says)
	}
	fmt.Fprintf(inv.stdout, "%d claims: %v to %v, and what measuring emulated networks takes\n", len(todo), least.Round(time.Second), most.Round(time.Second))
	return nil
}

// showClaims settles what a directory holds, stores the verdicts and prints them.
func showClaims(inv *invocation, dir string, set results.ClaimSet, claims []verdict.Claim) error {
	set.Claims = set.Claims[:0]
	for _, c := range claims {
		v, err := settled(inv, filepath.Join(dir, c.ID), c)
		if err != nil {
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
func settled(inv *invocation, dir string, c verdict.Claim) (v results.Verdict, err error) {
	store, damage := results.Read(dir)
	if store == nil {
		return v, damage
	}
	for _, w := range store.Warnings {
		fmt.Fprintln(inv.stderr, w)
	}
	if len(store.Trials) == 0 {
		return v, errors.Join(damage, errors.New("no trial of it is there"))
	}
	e, err := evidence(store)
	if err != nil {
		return v, err
	}
	return c.Settle(e), nil
}
