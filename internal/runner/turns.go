package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// lookTime is what children have to read their usage around the window, while
// none of them works.
const lookTime = 10 * time.Millisecond

// errNoTurns reports a server that cannot pause.
var errNoTurns = errors.New("it cannot take turns")

// unit runs cells that differ in their arm alone, and returns a record of each. If
// one fails outright, all do: they are compared with each other.
func (r *Runner) unit(ctx context.Context, cells []plan.Cell, block, order int) ([]results.Trial, error) {
	if r.sliced(cells) {
		trials, err := r.turns(ctx, cells, block, order)
		if !errors.Is(err, errNoTurns) {
			return trials, err
		}
		r.Progress(Event{Note: fmt.Sprintf("the arms are measured one after the other, not in slices: %v", err)})
		r.whole = true
	}
	var all []results.Trial
	var failed error
	for i, c := range cells {
		t, err := r.trial(ctx, c, block, order+i)
		all = append(all, t)
		failed = errors.Join(failed, err)
	}
	return all, failed
}

// sliced tells whether the cells can take turns: a load that follows a schedule
// cannot pause.
func (r *Runner) sliced(cells []plan.Cell) bool {
	p := r.Run.Manifest.Plan
	return len(cells) > 1 && p.Turns != nil && p.Turns.Count > 0 && !r.whole && cells[0].Ours() && !cells[0].Timed()
}

// turns runs cells of several arms at once, each with processes of its own, and
// only one of them at work at any time.
func (r *Runner) turns(ctx context.Context, cells []plan.Cell, block, order int) ([]results.Trial, error) {
	drafts := make([]*draft, len(cells))
	for i, c := range cells {
		drafts[i] = r.blank(c, block, order+i)
	}
	boot := suspended()
	outcomes, err := r.alternate(ctx, cells, block)
	if errors.Is(err, errNoTurns) {
		return nil, err
	}
	if err == nil {
		outcomes = aligned(outcomes)
	}
	var out []results.Trial
	for i, c := range cells {
		if err != nil {
			drafts[i].fail(err)
		} else {
			drafts[i].settle(c, outcomes[i], suspended()-boot)
		}
		out = append(out, drafts[i].Trial)
	}
	return out, err
}

// alternate starts a couple for each cell and lets them take turns.
func (r *Runner) alternate(ctx context.Context, cells []plan.Cell, block int) (out []outcome, err error) {
	var couples []*couple
	defer func() {
		for _, b := range couples {
			err = errors.Join(err, b.close())
		}
	}()
	for _, c := range cells {
		b, err := r.join(ctx, c, block)
		if err != nil {
			return nil, armError(c, err)
		}
		couples = append(couples, b)
		if !b.turns {
			return nil, armError(c, errNoTurns)
		}
	}
	times := timetable(*r.Run.Manifest.Plan.Turns, len(cells), block, cells[0].Warmup.Duration(), clock.Now()+int64(leadTime))
	for i, b := range couples {
		if err := b.begin(times[i]); err != nil {
			return nil, armError(b.cell, err)
		}
	}
	for _, b := range couples {
		o, e := b.end()
		if e != nil {
			err = errors.Join(err, armError(b.cell, e))
		}
		out = append(out, o)
	}
	return out, err
}

func armError(c plan.Cell, err error) error {
	return fmt.Errorf("arm %s: %w", c.Factors.Text(plan.ArmFactor), err)
}

// timetable tells each of n arms when to work, from start on: all warm up one
// after the other, and then take turns.
func timetable(t plan.Turns, n, block int, warmup time.Duration, start int64) []child.Go {
	arms := make([]child.Go, n)
	at := start
	for i := range arms {
		arms[i].Start = start
		end := at + int64(warmup)
		arms[i].Turns = append(arms[i].Turns, child.Turn{Start: at, Begin: end, End: end})
		at = end
	}
	begin := at + int64(lookTime)
	at = begin + int64(lookTime)
	order := make([]int, n)
	for round := range t.Count {
		for i := range order {
			order[i] = i
		}
		plan.Rotate(order, round) // the cells come in the order of the block
		for _, i := range order {
			slice := at + int64(t.Settle.Duration())
			end := slice + int64(t.Slice.Duration())
			arms[i].Turns = append(arms[i].Turns, child.Turn{Start: at, Begin: slice, End: end})
			at = end
		}
	}
	for i := range arms {
		arms[i].Begin, arms[i].End = begin, at+int64(lookTime)
		arms[i].Stop = arms[i].End + int64(tailTime)
	}
	return arms
}
