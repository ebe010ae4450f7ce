package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// What children have to read their usage around the window, while none of them
// works: those of all arms read at once, and share a core. One that takes longer
// would work in another's turn, which makes the trial invalid (see judge).
const (
	lookTime    = 40 * time.Millisecond
	ownLookTime = 60 * time.Millisecond
)

// Why arms are measured one after the other.
var (
	errNoTurns = errors.New("it cannot take turns")
	errPaced   = fmt.Errorf("%w: it is idle most of the time, so it follows a clock that does not stop with it", errNoTurns)
)

// leastBusy is the share of its turns that a server of the user's must be on a
// core to be taken for one that sends as fast as it can.
const leastBusy = 0.5

// unit runs cells that differ in their arm alone, and returns a record of each. If
// one fails outright, all do: they are compared with each other.
func (r *Runner) unit(ctx context.Context, cells []plan.Cell, block, order int) ([]results.Trial, error) {
	if r.sliced(cells) {
		trials, err := r.turns(ctx, cells, block, order)
		if !errors.Is(err, errNoTurns) {
			return trials, err
		}
		r.Progress(Event{Note: fmt.Sprintf("%s: the arms are measured one after the other, not in slices: %v", cells[0].Unit(), err)})
		if r.whole == nil {
			r.whole = map[string]bool{}
		}
		r.whole[cells[0].Unit()] = true
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
	t := r.Run.Manifest.Plan.Turns
	return len(cells) > 1 && t != nil && t.Count > 0 && !cells[0].Timed() && !r.whole[cells[0].Unit()]
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
		for i := range outcomes {
			if outcomes[i].paced() {
				return nil, armError(cells[i], errPaced)
			}
		}
		outcomes = aligned(outcomes)
	}
	var out []results.Trial
	for i, c := range cells {
		if err != nil {
			drafts[i].fail(err, blames(err, c))
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
	times := timetable(*r.Run.Manifest.Plan.Turns, cells, clock.Now()+int64(leadTime))
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

// An armFailure is what went wrong in one arm.
type armFailure struct {
	arm string
	err error
}

func (f armFailure) Error() string { return fmt.Sprintf("arm %s: %v", f.arm, f.err) }
func (f armFailure) Unwrap() error { return f.err }

func armError(c plan.Cell, err error) error {
	return armFailure{c.Factors.Text(plan.ArmFactor), err}
}

// blames tells whether the program of a cell's arm is among those that failed.
func blames(err error, c plan.Cell) bool {
	switch e := err.(type) {
	case armFailure:
		return e.arm == c.Factors.Text(plan.ArmFactor) && isProgram(e.err)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), func(err error) bool { return blames(err, c) })
	case interface{ Unwrap() error }:
		return blames(e.Unwrap(), c)
	}
	return false
}

// timetable tells the arm of each cell when to work, from start on: all warm up
// one after the other, and then take turns.
func timetable(t plan.Turns, cells []plan.Cell, start int64) []child.Go {
	look, tail := int64(lookTime), int64(lookTime)
	if !cells[0].Ours() {
		look, tail = int64(ownLookTime), int64(ownTailTime)
	}
	arms := make([]child.Go, len(cells))
	at := start + look // of what is read before the first turn
	for i := range arms {
		end := at + int64(cells[i].Warmup.Duration())
		arms[i] = child.Go{Start: start, Turns: []child.Turn{{Start: at, Begin: end, End: end}}}
		at = end
	}
	begin := at + look
	at = begin + look
	order := make([]int, len(cells))
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
		arms[i].Begin, arms[i].End = begin, at+look
		arms[i].Stop = arms[i].End + tail
	}
	return arms
}

// paced tells whether a server of the user's was idle most of its turns.
func (o outcome) paced() bool {
	if o.own == nil {
		return false
	}
	var span, busy float64
	for _, s := range o.own.Slices {
		span, busy = span+seconds(s.End.Time-s.Begin.Time), busy+s.End.CPU-s.Begin.CPU
	}
	return busy < leastBusy*span
}
