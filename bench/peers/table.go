package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/results/stats"
)

// show prints the table and returns what missed its target.
func show(out io.Writer, samples [][]sample) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "client\tstream\tdoes\tmillion messages per CPU second (95 %)\tmillion messages/s (95 %)\tcore busy\tratio per CPU second (95 %)")
	var missed []string
	for i, c := range clients {
		if len(samples[i]) == 0 {
			continue
		}
		does := "counts"
		if c.checks {
			does = "checks, times"
		}
		perWall := stats.Median(column(samples[i], func(s sample) float64 { return s.perWall / 1e6 }))
		busy := stats.Median(column(samples[i], func(s sample) float64 { return 100 * s.busy }))
		times := ratio(samples[i], samples[baseOf(c)])
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.0f %%\t%s of %s\n", c.name, c.transport, does,
			text(stats.Median(column(samples[i], func(s sample) float64 { return s.perCPU / 1e6 }))), text(perWall), busy.Mid, text(times), c.base)
		if perWall.Mid*1e6 < c.least.perWall {
			missed = append(missed, fmt.Sprintf("%v: %.2f million messages/s, less than %.0f million", c, perWall.Mid, c.least.perWall/1e6))
		}
		if times.Mid < c.least.times {
			missed = append(missed, fmt.Sprintf("%v: %.1f times %s, less than %.0f", c, times.Mid, c.base, c.least.times))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(missed) > 0 {
		return fmt.Errorf("missed its target: %s", strings.Join(missed, "; "))
	}
	return nil
}

// baseOf is the index of the client that c is compared with.
func baseOf(c client) int {
	for i, other := range clients {
		if other.name == c.base && other.transport == c.transport {
			return i
		}
	}
	return -1
}

func column(samples []sample, of func(sample) float64) (values []float64) {
	for _, s := range samples {
		values = append(values, of(s))
	}
	return values
}

// ratio is taken within each round.
func ratio(a, base []sample) stats.Interval {
	var values []float64
	for i := range min(len(a), len(base)) {
		values = append(values, a[i].perCPU/base[i].perCPU)
	}
	return stats.GeoMedian(values)
}

func text(i stats.Interval) string {
	if i.N == 0 {
		return "–"
	}
	if !i.OK {
		return fmt.Sprintf("%.3g", i.Mid)
	}
	return fmt.Sprintf("%.3g (%.3g to %.3g)", i.Mid, i.Lo, i.Hi)
}
