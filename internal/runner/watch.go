package runner

import (
	"context"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// The longest trial in which system calls are counted: their number a message needs no
// long window, and each of them takes longer meanwhile.
const (
	countedWarmup = plan.Seconds(0.1)
	countedWindow = plan.Seconds(0.3)
)

// Watch runs each cell so many times with something that looks into the server:
// server.LookSyscalls or server.LookTimeline. Nothing tells what the look costs, so
// none of these trials counts among those of the run. What is stored already is not
// looked at again.
func (r *Runner) Watch(ctx, drain context.Context, kind string, blocks int) error {
	stored, _, err := results.ReadLooks(r.Run.Dir)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, l := range stored {
		have[fmt.Sprint(l.Kind, l.Block, l.Cell)] = true
	}
	return r.eachLook(ctx, drain, kind, blocks, func(c plan.Cell, block, order int) (*results.Look, error) {
		if have[fmt.Sprint(kind, block, c.ID)] {
			return nil, nil
		}
		l, err := r.watchOne(ctx, c, block, order, kind)
		if err == nil && len(l.Refused) > 0 {
			r.Progress(Event{Note: kind + " cannot be looked at here: " + strings.Join(l.Refused, "; ")})
			return &l, errEnough
		}
		return &l, err
	})
}

// watchOne runs one cell with a look of that kind.
func (r *Runner) watchOne(ctx context.Context, c plan.Cell, block, order int, kind string) (l results.Look, err error) {
	l = results.Look{Kind: kind, Cell: c.ID, Block: block, Started: r.Now().UTC()}
	if kind == server.LookSyscalls {
		c.Warmup, c.Window = min(c.Warmup, countedWarmup), min(c.Window, countedWindow)
	}
	t, o, err := r.inside(ctx, c, block, order, kind)
	if err != nil {
		return l, err
	}
	l.With, l.With.Histograms = t, nil
	switch kind {
	case server.LookTimeline:
		addTimeline(&l, c, o)
	case server.LookSyscalls:
		calls := o.server.Look.Syscalls
		l.Mechanism, l.Figures = calls.Mechanism, calls.Figures(o.server.Sent)
		for _, f := range calls.Refused {
			l.Refused = append(l.Refused, f.Mechanism+": "+f.Reason)
			l.Missing = map[string]string{"syscalls": f.Reason}
		}
	}
	return l, nil
}
