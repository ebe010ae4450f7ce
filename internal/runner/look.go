package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// Look runs pairs of trials of every cell, one of them with something that looks
// into the server, in turns first and second. The other tells what the look costs;
// neither counts among the trials of the run.
func (r *Runner) Look(ctx, drain context.Context, pairs int) error {
	const kind = "probe"
	return r.eachLook(ctx, drain, kind, pairs, func(c plan.Cell, block, order int) (*results.Look, error) {
		l, err := r.pair(ctx, c, block, order, kind)
		return &l, err
	})
}

// errEnough ends eachLook before its blocks are done.
var errEnough = errors.New("nothing more is to be seen")

// eachLook stores what look saw of every cell of our own server, block by block. Where
// it fails, that cell goes without; nil is nothing to store.
func (r *Runner) eachLook(ctx, drain context.Context, kind string, blocks int, look func(c plan.Cell, block, order int) (*results.Look, error)) error {
	cells := r.Run.Manifest.Plan.Cells
	for block := range blocks {
		for i, c := range r.Run.Manifest.Plan.Order(block) {
			if drain.Err() != nil {
				return ErrInterrupted
			}
			if !c.Ours() {
				if block == 0 {
					r.Progress(Event{Note: fmt.Sprintf("%s: its server is not pushbench's, which alone is looked into; `pushbench trace` looks at any", c.ID)})
				}
				continue
			}
			r.Progress(Event{Cell: kind + " of " + c.ID, Block: block, Blocks: blocks, Done: i, Cells: len(cells)})
			l, err := look(c, block, i)
			switch {
			case ctx.Err() != nil:
				return ErrInterrupted
			case err != nil && !errors.Is(err, errEnough):
				r.Progress(Event{Note: fmt.Sprintf("%s of %s: %v", kind, c.ID, err)})
				continue
			case l != nil:
				if err := r.Run.AppendLook(*l); err != nil {
					return err
				}
			}
			if err != nil {
				return nil
			}
		}
	}
	return nil
}

// pair runs one cell with and without a look, and in the first block once more to
// watch it: watching would spoil what the pair says of the cost.
func (r *Runner) pair(ctx context.Context, c plan.Cell, block, order int, kind string) (l results.Look, err error) {
	l = results.Look{Kind: kind, Cell: c.ID, Block: block, Started: r.Now().UTC()}
	steps := []func() error{
		func() (err error) { l.Without, _, err = r.observed(ctx, c, block, order); return err },
		func() error { return r.looked(ctx, c, block, order, &l) },
	}
	if (block+order)%2 != 0 {
		slices.Reverse(steps)
	}
	if block == 0 {
		steps = append(steps, func() error { return r.watched(ctx, c, block, order, &l) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return l, err
		}
	}
	l.With.Histograms, l.Without.Histograms = nil, nil // of no use here, and large
	return l, nil
}

// inside runs one cell with a look and returns what the server saw.
func (r *Runner) inside(ctx context.Context, c plan.Cell, block, order int, look string) (results.Trial, outcome, error) {
	r.looking = look
	defer func() { r.looking = "" }()
	t, o, err := r.observed(ctx, c, block, order)
	if err == nil && o.server.Look == nil {
		err = errors.New("the server did not look")
	}
	return t, o, err
}

// looked runs one cell with a probe and takes over what it saw.
func (r *Runner) looked(ctx context.Context, c plan.Cell, block, order int, l *results.Look) error {
	t, o, err := r.inside(ctx, c, block, order, server.LookProbe)
	if err != nil {
		return err
	}
	l.With = t
	report := o.server.Look.Report
	l.Mechanism, l.Missing = report.Mechanism, report.Missing
	l.Figures = report.Figures(o.server.Sent)
	for _, f := range report.Refused {
		l.Refused = append(l.Refused, f.Mechanism+": "+f.Reason)
	}
	if report.Lost.Any() {
		l.Lost = map[string]uint64{"sends": report.Lost.Sends, "forks": report.Lost.Forks, "missed": report.Lost.Missed}
	}
	return nil
}

// watched runs one cell and notes how its first connection stands.
func (r *Runner) watched(ctx context.Context, c plan.Cell, block, order int, l *results.Look) error {
	_, o, err := r.inside(ctx, c, block, order, server.LookTimeline)
	if err == nil {
		addTimeline(l, c, o)
	}
	return err
}

func addTimeline(l *results.Look, c plan.Cell, o outcome) {
	l.Timeline = timeline(o.server.Look.Timeline, o.server.Times.Begin)
	l.Latency = partsOf(o.generator.Parts, c.Window)
}

// latencyParts is how many parts of a window have latencies of their own where
// the server is watched.
const latencyParts = 200

func (r *Runner) parts() int {
	if r.looking == server.LookTimeline {
		return latencyParts
	}
	return 0
}

func partsOf(parts []loadgen.Part, window plan.Seconds) (out []results.Slice) {
	for i, p := range parts {
		if p.Count > 0 {
			out = append(out, results.Slice{
				At: float64(window) * float64(i) / float64(len(parts)), Count: p.Count,
				Mean: seconds(p.Sum) / float64(p.Count), Max: seconds(p.Max),
			})
		}
	}
	return out
}

func timeline(moments []server.Moment, begin int64) (line []results.Moment) {
	for _, m := range moments {
		line = append(line, results.Moment{
			At: seconds(m.Time - begin), Queued: float64(m.Queued), Size: float64(m.Size), InFlight: float64(m.InFlight),
			Unsent: float64(m.Unsent), Cwnd: float64(m.Cwnd), RTT: m.SRTT, Retransmits: m.Retransmits,
		})
	}
	return line
}
