package main

import (
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/verdict"
)

// Blocks are added for cells that lack valid trials, and for those alone that can have
// any.
func TestClaimsMakeUpForLostTrials(t *testing.T) {
	p := plan.Plan{Cells: []plan.Cell{{ID: "good"}, {ID: "other"}}, Measure: plan.Measure{MinBlocks: 6, MaxBlocks: 6}}
	c := plannedClaim{most: 6, manifest: results.Manifest{Plan: p}}
	spare(&c.manifest.Plan)
	for _, k := range []struct {
		name          string
		blocks, other int // of other, so many are valid
		want          bool
	}{
		{"all are valid", 6, 6, true},
		{"one was lost", 6, 5, false},
		{"and made up for", 7, 6, true},
		{"it never works here", 6, 0, true},
		{"too early", 5, 5, false},
	} {
		var trials []results.Trial
		for b := range k.blocks {
			state := results.Valid
			if b >= k.other {
				state = results.Invalid
			}
			trials = append(trials, results.Trial{Cell: "good", Block: b, State: results.Valid}, results.Trial{Cell: "other", Block: b, State: state})
		}
		if got := c.done(trials); got != k.want {
			t.Errorf("%s: %v", k.name, got)
		}
	}
	if got := c.manifest.Plan.Measure.MaxBlocks; got != 6+spareBlocks {
		t.Errorf("at most %d blocks", got)
	}
}

// The whole set fits the times that the documents promise.
func TestClaimsFitTheirTime(t *testing.T) {
	for quick, most := range map[bool]float64{true: 290, false: 36 * 60} {
		todo, err := plansOf(verdict.Claims, quick, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, longest := claimTimes(todo); longest.Seconds() > most {
			t.Errorf("quick %v: %v", quick, longest)
		}
	}
}
