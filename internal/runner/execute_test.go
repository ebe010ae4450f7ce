package runner_test

import (
	"context"
	"errors"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/results"
)

func TestExecuteRunsEveryCellInItsOrder(t *testing.T) {
	r := newRunner(t, clean(), blocks(3), cells(3)...)
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, trial := range r.Run.Trials {
		got = append(got, trial.Cell)
	}
	for b := range 3 {
		for _, c := range r.Run.Manifest.Plan.Order(b) {
			want = append(want, c.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("ran\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Each of two cells goes first equally often, and a pair of blocks mirrors.
func TestOrderAlternates(t *testing.T) {
	p := plan.Plan{Cells: cells(5), Seed: 3}
	const n = 40
	place := make([]map[string]int, n)
	for b := range n {
		place[b] = map[string]int{}
		for i, c := range p.Order(b) {
			place[b][c.ID] = i
		}
		if len(place[b]) != len(p.Cells) {
			t.Fatalf("block %d has %d of %d cells", b, len(place[b]), len(p.Cells))
		}
	}
	for i, a := range p.Cells {
		for _, z := range p.Cells[i+1:] {
			first := 0
			for b := range n {
				if place[b][a.ID] < place[b][z.ID] {
					first++
				}
			}
			if first != n/2 {
				t.Errorf("%s goes before %s in %d of %d blocks", a.ID, z.ID, first, n)
			}
		}
	}
	distinct := map[string]bool{}
	for b := 0; b < n; b += 2 {
		var ids []string
		for _, c := range p.Order(b) {
			ids = append(ids, c.ID)
		}
		distinct[strings.Join(ids, " ")] = true
	}
	if len(distinct) < n/4 {
		t.Errorf("only %d orders in %d pairs of blocks: not random", len(distinct), n/2)
	}
}

func TestExecuteStopsAtThePrecisionAsked(t *testing.T) {
	c := cells(2)
	r := newRunner(t, clean(), plan.Measure{MinBlocks: 6, MaxBlocks: 20, Until: 0.05}, c...)
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Run.Trials); n != 6*len(c) {
		t.Errorf("%d trials of cells that are always the same; 6 blocks of %d are enough", n, len(c))
	}
}

func TestExecuteStopsAtTheBudget(t *testing.T) {
	r := newRunner(t, clean(), plan.Measure{MinBlocks: 2, MaxBlocks: 20, Budget: 100}, cells(1)...)
	var now time.Time
	r.Now = func() time.Time { now = now.Add(5 * time.Second); return now }
	var notes []string
	r.Progress = func(e runner.Event) {
		if e.Note != "" {
			notes = append(notes, e.Note)
		}
	}
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Run.Trials); n < 2 || n >= 20 {
		t.Errorf("%d blocks", n)
	}
	if now.Sub(time.Time{}) > 100*time.Second || len(notes) != 1 || !strings.Contains(notes[0], "would pass the budget of 1m40s") {
		t.Errorf("took %v by its clock; notes %q", now.Sub(time.Time{}), notes)
	}
}

func TestExecuteDrains(t *testing.T) {
	r := newRunner(t, clean(), blocks(2), cells(2)...)
	drain, cancel := context.WithCancel(t.Context())
	defer cancel()
	begun := 0
	r.Progress = func(runner.Event) {
		if begun++; begun == 2 {
			cancel() // in the second trial, which is completed
		}
	}
	if err := r.Execute(t.Context(), drain); !errors.Is(err, runner.ErrInterrupted) || len(r.Run.Trials) != 2 {
		t.Fatalf("%d trials, %v", len(r.Run.Trials), err)
	}
	if err := r.Execute(t.Context(), t.Context()); err != nil || len(r.Run.Trials) != 4 {
		t.Errorf("going on: %d trials, %v", len(r.Run.Trials), err)
	}
}

func TestExecuteStopsAtOnce(t *testing.T) {
	for _, role := range []string{"serve", "load"} {
		f := clean()
		f.Do = map[string]string{role: stay}
		r := newRunner(t, f, blocks(1), cells(1)...)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, cancel)
		if err := r.Execute(ctx, ctx); !errors.Is(err, runner.ErrInterrupted) || len(r.Run.Trials) != 0 {
			t.Errorf("%s: %d trials, %v", role, len(r.Run.Trials), err)
		}
	}
}

func TestExecuteSaysWhatAChildDied(t *testing.T) {
	for _, c := range []struct{ role, do, want string }{
		{"serve", crash, "server: ended early: exit status 7: panic: boom"},
		{"load", crash, "generator: ended early: exit status 7: panic: boom"},
		{"serve", refuse, "server: too many of something"},
		{"load", refuse, "generator: too many of something"},
		{"serve", babble, `server: said "listening"`},
		{"load", babble, `generator: said "listening"`},
		{"serve", silence, "server: ended early"},
		{"load", silence, "generator: ended early"},
		{"serve", mute, "server: ended early: signal: killed"},
	} {
		t.Run(c.role+"-"+c.do, func(t *testing.T) {
			t.Parallel()
			f := clean()
			f.Do = map[string]string{c.role: c.do}
			r := newRunner(t, f, blocks(1), cells(1)...)
			err := r.Execute(t.Context(), t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if len(r.Run.Trials) != 0 {
				t.Errorf("recorded %v, which --resume would not run again", r.Run.Trials)
			}
		})
	}
}

func TestExecuteCommandIsMissing(t *testing.T) {
	r := newRunner(t, clean(), blocks(1), cells(1)...)
	command := r.Command
	r.Command = func(role string, c plan.Cell) *exec.Cmd {
		cmd := command(role, c)
		cmd.Path = t.TempDir() + "/none"
		return cmd
	}
	if err := r.Execute(t.Context(), t.Context()); err == nil || !strings.Contains(err.Error(), "server: cannot start") {
		t.Errorf("got %v", err)
	}
}

func TestExecuteGivesUpAfterFailuresInARow(t *testing.T) {
	f := clean()
	f.Do = map[string]string{"serve": crash}
	r := newRunner(t, f, blocks(9), cells(2)...)
	err := r.Execute(t.Context(), t.Context())
	if err == nil || !strings.Contains(err.Error(), "3 trials in a row failed, the last with: server: ended early") {
		t.Errorf("got %v", err)
	}
	if len(r.Run.Trials) != 0 {
		t.Errorf("recorded %d trials, which --resume would not run again", len(r.Run.Trials))
	}
	r.Command = clean().command
	r = &runner.Runner{Run: r.Run, Pins: r.Pins, Command: r.Command, Progress: r.Progress, Now: r.Now}
	if err := r.Execute(t.Context(), t.Context()); err != nil || len(r.Run.Trials) != 18 {
		t.Errorf("once mended: %d trials, %v", len(r.Run.Trials), err)
	}
}

// A cell that cannot run is recorded as such and does not keep the others.
func TestExecuteGoesOnAfterOneFailure(t *testing.T) {
	c := cells(3)
	f := clean()
	f.Do, f.Cell = map[string]string{"load": crash}, c[1].ID
	r := newRunner(t, f, blocks(2), c...)
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Run.Trials); n != 6 {
		t.Errorf("%d of 6 trials", n)
	}
	for _, trial := range r.Run.Trials {
		if failed := trial.Cell == c[1].ID; failed != (trial.State == results.Invalid) || failed != (len(trial.Metrics) == 0) {
			t.Errorf("%s: %s %v", trial.Cell, trial.State, trial.Reasons)
		}
	}
}

func TestExecuteStopsWhenItCannotRecord(t *testing.T) {
	r := newRunner(t, clean(), blocks(3), cells(1)...)
	if err := r.Run.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Execute(t.Context(), t.Context()); err == nil || len(r.Run.Trials) != 0 {
		t.Errorf("%d trials, %v", len(r.Run.Trials), err)
	}
}

func TestEventsTellWhatIsLeft(t *testing.T) {
	r := newRunner(t, clean(), plan.Measure{MinBlocks: 2, MaxBlocks: 2, Budget: 3600}, cells(2)...)
	left := time.Duration(math.MaxInt64)
	var seen int
	r.Progress = func(e runner.Event) {
		if e.Block != seen/2 || e.Done != seen%2 || e.Blocks != 2 || e.Cells != 2 || e.Cell == "" || e.Left <= 0 || e.Left > time.Hour {
			t.Errorf("event %d is %+v", seen, e)
		}
		if e.Block == 0 && e.Left >= left { // later blocks go by how long the first one took
			t.Errorf("%v were left, and now %v", left, e.Left)
		}
		left = e.Left
		seen++
	}
	if err := r.Execute(t.Context(), t.Context()); err != nil || seen != 4 {
		t.Errorf("%d events, %v", seen, err)
	}
}
