package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

const goodput = "goodput_bytes_per_second"

// least is the share of the C program's goodput that the server must reach.
const least = 0.9

// limit compares the server with bench/limit, pair by pair: each pair is a run
// of its own, so that its two sides follow each other at once.
func (b *bench) limit(ctx context.Context) error {
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "server\tmessage\tC MB/s\tserver MB/s\tratio\t95 %% interval\tpairs\treader-limited\n")
	var missed []string
	for _, pair := range []struct{ strategy, base string }{{"direct", cWrite}, {"writev", cWritev}} {
		for _, message := range []float64{64, 1 << 10, 128 << 10} {
			name := fmt.Sprintf("%s-%g", pair.strategy, message)
			s, err := b.pair(ctx, name, pair.strategy, pair.base, message)
			if err != nil {
				return err
			}
			r := s.Ratios[0]
			fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f\t%.3f\t%s\t%d\t%s\n", pair.strategy, units.Size(message),
				median(s, 1, goodput)/1e6, median(s, 0, goodput)/1e6, r.Ratio, interval(r), r.N, share(s, 0))
			if r.Ratio < least {
				missed = append(missed, fmt.Sprintf("%s reaches %.3f of C, less than %.1f", name, r.Ratio, least))
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return fail(missed)
}

func (b *bench) pair(ctx context.Context, name, strategy, base string, message float64) (results.Summary, error) {
	var cells []plan.Cell
	for _, s := range []string{strategy, base} {
		v := plan.Values{"strategy": s, "message": message, "load": "saturate"}
		if strategy == "writev" {
			v["flush"], v["buffer"] = "full", 4096.0
		}
		cells = append(cells, cell(v, 100*time.Millisecond, 250*time.Millisecond, ""))
	}
	return b.measure(ctx, name, cells, b.blocks, plan.Compare{Factor: "strategy", Base: base, Metric: goodput})
}

func median(s results.Summary, cell int, metric string) float64 {
	return s.Cells[cell].Metrics[metric].Median
}

func interval(r results.Ratio) string {
	if r.Lo == nil || r.Hi == nil {
		return "none: under 6 pairs"
	}
	return fmt.Sprintf("%.3f to %.3f", *r.Lo, *r.Hi)
}

// share is how much of the time the reader held the writer back.
func share(s results.Summary, cell int) string {
	m, ok := s.Cells[cell].Metrics["rwnd_limited_share"]
	if !ok {
		return "unknown"
	}
	return fmt.Sprintf("%.0f %%", 100*m.Median)
}
