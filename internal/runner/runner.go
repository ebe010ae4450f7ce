// Package runner turns a plan into trial records: block by block it starts a
// server and a generator as child processes, has them run one cell, and stores
// what they measured before the next one starts.
package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// ErrInterrupted reports a run that was stopped before its plan was done. What
// was measured is stored.
var ErrInterrupted = errors.New("interrupted")

// maxFailures is how many trials in a row may fail outright before the run is
// given up: something is wrong that the next trial will not mend.
const maxFailures = 3

// A Runner runs one plan into one store.
type Runner struct {
	Run      *results.Run
	Pins     Pins
	Command  Command
	Progress func(Event) // never nil
	Now      func() time.Time
	// Done tells after each block whether the run has what it was asked for; nil
	// leaves that to the plan's Measure.
	Done func([]results.Trial) bool

	waiting  []results.Trial // see keep
	failures int             // units in a row that failed outright
	whole    map[string]bool // units of which an arm cannot take turns
	looking  string          // what looks inside our server in the trial under way; see Look
}

// An Event tells how far a run is.
type Event struct {
	Cell   string // about to run
	Block  int    // from 0
	Blocks int    // at most
	Done   int    // trials of this block
	Cells  int
	Left   time.Duration // estimate to the end of the last block, at most
	Note   string        // something worth a line of its own; the rest is then unset
}

// Execute runs what the store lacks. It stops when the plan's precision is
// reached, at its last block, when the next block would not fit the budget, or
// when drain ends — the trial under way is then completed and stored. When ctx
// ends, the children are ended at once.
func (r *Runner) Execute(ctx, drain context.Context) error {
	if err := r.blocks(ctx, drain); err != nil {
		return err
	}
	if len(r.Run.Trials) == 0 && len(r.waiting) > 0 {
		return fmt.Errorf("every trial failed, the last with: %s", r.waiting[len(r.waiting)-1].Reasons[0])
	}
	return r.append()
}

func (r *Runner) blocks(ctx, drain context.Context) error {
	p := r.Run.Manifest.Plan
	clock := budget{plan: p, start: r.Now(), now: r.Now}
	have := recorded(r.Run.Trials)
	for block := range p.Measure.MaxBlocks {
		units := p.Units(block)
		if complete(have, p.Cells, block) {
			continue
		}
		if block >= p.Measure.MinBlocks && r.done() {
			return nil
		}
		if block >= p.Measure.MinBlocks && !clock.fits() {
			r.Progress(Event{Note: fmt.Sprintf("stopping after %d of at most %d blocks: the next would pass the budget of %v", block, p.Measure.MaxBlocks, p.Measure.Budget.Duration())})
			return nil
		}
		began := r.Now()
		for i, cells := range units {
			if complete(have, cells, block) {
				continue
			}
			if drain.Err() != nil {
				return ErrInterrupted
			}
			r.Progress(Event{Cell: cells[0].Unit(), Block: block, Blocks: p.Measure.MaxBlocks, Done: i, Cells: len(units), Left: clock.left(block, i*len(cells))})
			trials, err := r.unit(ctx, cells, block, i*len(cells))
			if ctx.Err() != nil {
				return ErrInterrupted
			}
			if err := r.keep(trials, err); err != nil {
				return err
			}
		}
		clock.took(r.Now().Sub(began))
	}
	return nil
}

func (r *Runner) done() bool {
	if r.Done != nil {
		return r.Done(r.Run.Trials)
	}
	done, _ := stats.Done(r.Run.Manifest.Plan, r.Run.Trials)
	return done
}

// keep records the trials of a unit. One that failed outright waits for one that
// does not: then the fault was its own. If none follows, it was the machine's,
// nothing of it is recorded, and the run can be resumed once it is mended.
func (r *Runner) keep(trials []results.Trial, failed error) error {
	r.waiting = append(r.waiting, trials...)
	if failed == nil {
		r.failures = 0
		return r.append()
	}
	r.Progress(Event{Note: fmt.Sprintf("%s: %v", trials[0].Cell, failed)})
	if r.failures++; r.failures == maxFailures {
		return fmt.Errorf("%d trials in a row failed, the last with: %w", r.failures, failed)
	}
	return nil
}

// append records what waits.
func (r *Runner) append() error {
	for ; len(r.waiting) > 0; r.waiting = r.waiting[1:] {
		if err := r.Run.Append(r.waiting[0]); err != nil {
			return err
		}
	}
	return nil
}

type key struct {
	cell  string
	block int
}

func recorded(trials []results.Trial) map[key]bool {
	have := make(map[key]bool, len(trials))
	for _, t := range trials {
		have[key{t.Cell, t.Block}] = true
	}
	return have
}

func complete(have map[key]bool, cells []plan.Cell, block int) bool {
	for _, c := range cells {
		if !have[key{c.ID, block}] {
			return false
		}
	}
	return true
}
