package runner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
)

// armed makes the runner's plan one of two arms, in slices or not.
func armed(r *runner.Runner, slices int) {
	p := &r.Run.Manifest.Plan
	measure := p.Measure
	*p = p.WithArms(plan.Turns{Count: slices, Slice: 0.001, Settle: 0.001}, plan.Arm{Name: plan.BaseArm}, plan.Arm{Name: plan.HeadArm})
	p.Measure = measure
}

// A server that crashes in one arm spoils the block for both, and a gate in which
// it always does is no run.
func TestACrashInOneArmSpoilsItsUnit(t *testing.T) {
	for _, n := range []int{0, 2} {
		f := clean()
		f.Turns = n > 0
		f.Do = map[string]string{"serve": crash}
		head := plan.Values{plan.ArmFactor: plan.HeadArm, "strategy": "direct", "message": 64.0, "load": "saturate"}
		f.Cell = head.ID()
		r := newRunner(t, f, blocks(6), cells(1)...)
		armed(r, n)
		err := r.Execute(t.Context(), t.Context())
		if err == nil || !strings.Contains(err.Error(), "in a row failed") || !strings.Contains(err.Error(), "boom") {
			t.Errorf("%d slices: %v", n, err)
		}
		if len(r.Run.Trials) != 0 {
			t.Errorf("%d slices: %d trials are recorded of a gate that cannot run", n, len(r.Run.Trials))
		}
	}
}

// A server that crashes in one of several cells does not end the run. Its trials say
// that it was the program, and those of the other arm that it was not theirs.
func TestACrashInOneCellIsTheProgramsFault(t *testing.T) {
	for _, n := range []int{0, 2} {
		f := clean()
		f.Turns = n > 0
		f.Do = map[string]string{"serve": crash}
		r := newRunner(t, f, blocks(3), cells(2)...)
		armed(r, n)
		var head plan.Cell
		for _, c := range r.Run.Manifest.Plan.Cells {
			if c.Factors[plan.ArmFactor] == plan.HeadArm {
				head = c
			}
		}
		f.Cell = head.ID
		r.Command = f.command
		if err := r.Execute(t.Context(), t.Context()); err != nil {
			t.Errorf("%d slices: %v", n, err)
		}
		if len(r.Run.Trials) < 8 { // those of the last block may wait for one that does not fail
			t.Errorf("%d slices: %d trials", n, len(r.Run.Trials))
		}
		for _, trial := range r.Run.Trials {
			if trial.Fault != (trial.Cell == head.ID) {
				t.Errorf("%d slices: %+v", n, trial)
			}
		}
	}
}

// Servers that cannot take turns are measured one after the other.
func TestArmsWithoutTurns(t *testing.T) {
	r := newRunner(t, clean(), blocks(2), cells(2)...)
	armed(r, 4)
	var notes []string
	r.Progress = func(e runner.Event) {
		if e.Note != "" {
			notes = append(notes, e.Note)
		}
	}
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.Run.Trials) != 8 || slices.ContainsFunc(r.Run.Trials, func(t results.Trial) bool { return t.State != results.Valid || t.Slices != nil }) {
		t.Errorf("%d trials: %+v", len(r.Run.Trials), r.Run.Trials)
	}
	if len(notes) != 2 || !strings.Contains(notes[0], "one after the other") {
		t.Errorf("it said %q", notes)
	}
}

// A block of which one arm alone was recorded is measured again in both: the arms
// of one block share its weather.
func TestHalfAUnitIsMeasuredAgain(t *testing.T) {
	r := newRunner(t, clean(), blocks(2), cells(1)...)
	armed(r, 0)
	half := results.Trial{Cell: r.Run.Manifest.Plan.Cells[0].ID, State: results.Valid, Metrics: map[string]float64{}}
	if err := r.Run.Append(half); err != nil {
		t.Fatal(err)
	}
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.Run.Trials) != 1+4 {
		t.Errorf("%d trials", len(r.Run.Trials))
	}
	for cell, of := range results.ByCell(r.Run.Trials) {
		if len(of) != 2 {
			t.Errorf("%s counts %d trials of 2 blocks", cell, len(of))
		}
	}
}
