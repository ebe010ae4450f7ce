package runner

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
	"github.com/pushbench/pushbench/results"
)

const (
	readyTime  = 40 * time.Second // to listen, or to connect
	readyTrips = 20               // of the network, beyond that
	leadTime   = 5 * time.Millisecond
	tailTime   = 20 * time.Millisecond // of the load after the window, at least
	// A server of the user's is looked at through the process table, which takes
	// longer; its connections must still be there.
	ownTailTime = 150 * time.Millisecond
	tailShare   = 10 // and at least this part of the window
	slack       = 10 * time.Second
)

// trial runs one cell once, by itself. It always returns a record; the error says
// why the trial failed outright, which the record says too.
func (r *Runner) trial(ctx context.Context, c plan.Cell, block, order int) (results.Trial, error) {
	t, _, err := r.observed(ctx, c, block, order)
	return t, err
}

// observed is trial with what both sides recorded.
func (r *Runner) observed(ctx context.Context, c plan.Cell, block, order int) (results.Trial, outcome, error) {
	t := r.blank(c, block, order)
	boot := suspended()
	o, err := r.measure(ctx, c, block)
	if err != nil {
		t.fail(err, isProgram(err))
		return t.Trial, o, err
	}
	t.settle(c, o, suspended()-boot)
	return t.Trial, o, nil
}

// A draft is a record on its way.
type draft struct{ results.Trial }

// blank is the record of a trial that is about to begin.
func (r *Runner) blank(c plan.Cell, block, order int) *draft {
	t := &draft{results.Trial{Cell: c.ID, Block: block, Order: order, Started: r.Now().UTC(), State: results.Valid, Metrics: map[string]float64{}}}
	if in := r.Run.Manifest.Plan.ArmOf(c).Inject; in.Touches(c) {
		t.Warnings = append(t.Warnings, "made worse on purpose: --inject "+in.String())
	}
	return t
}

// fail records why the trial failed outright, and whether its program did.
func (t *draft) fail(err error, fault bool) {
	t.Fault = fault
	reason, said, _ := strings.Cut(err.Error(), ownserver.Said)
	t.State, t.Reasons = results.Invalid, []string{reason}
	if said != "" {
		t.Warnings = append(t.Warnings, "it said: "+said)
	}
}

// settle records what was measured and what it is worth.
func (t *draft) settle(c plan.Cell, o outcome, asleep time.Duration) {
	derive(&t.Trial, c, o)
	if o.slices > 0 {
		if t.Counts == nil {
			t.Counts = map[string]uint64{}
		}
		t.Counts[results.CountSlices], t.Counts[results.CountIdle] = uint64(o.slices), uint64(o.idle)
	}
	judge(&t.Trial, c, o, asleep)
}

// measure starts both sides, lets them run, and returns what they recorded.
func (r *Runner) measure(ctx context.Context, c plan.Cell, block int) (o outcome, err error) {
	both, err := r.join(ctx, c, block)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, both.close()) }()
	times := child.Go{Start: clock.Now() + int64(leadTime)}
	times.Begin = times.Start + int64(c.Warmup.Duration())
	times.End = times.Begin + int64(c.Window.Duration())
	tail := tailTime
	if !c.Ours() {
		tail = ownTailTime
	}
	times.Stop = times.End + int64(max(tail, c.Window.Duration()/tailShare))
	if err := both.begin(times); err != nil {
		return o, err
	}
	return both.end()
}
