package stats

import (
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// Done tells, after a whole block, whether the run has what it was asked for:
// the least number of blocks, and every compared interval no wider than Until,
// or the largest number of blocks. Without comparisons the intervals are those
// of goodput, and of the median latency of timed cells. widest is the largest
// half-width relative to its middle, infinite while one has no interval. The
// budget is the runner's.
func Done(p plan.Plan, trials []results.Trial) (done bool, widest float64) {
	cells := collect(p, trials)
	for _, iv := range watched(p, cells) {
		widest = max(widest, iv.RelHalfWidth())
	}
	blocks := completeBlocks(p, cells)
	switch {
	case blocks < p.Measure.MinBlocks:
		return false, widest
	case p.Measure.MaxBlocks > 0 && blocks >= p.Measure.MaxBlocks:
		return true, widest
	}
	return widest <= p.Measure.Until, widest
}

// watched returns the intervals that decide when a run ends.
func watched(p plan.Plan, cells map[string]*samples) []Interval {
	var out []Interval
	for _, cmp := range p.Compare {
		for _, c := range p.Cells {
			base, subject, err := Base(p, cmp, c)
			if !subject || err != nil {
				continue // no number of blocks would give it a ratio
			}
			pairs := pair(cells[c.ID], cells[base.ID], cmp.Metric)
			if pairs.blocks > 0 && pairs.zero == pairs.blocks {
				continue
			}
			out = append(out, GeoMedian(pairs.ratios))
		}
	}
	if len(p.Compare) > 0 {
		return out
	}
	for _, c := range p.Cells {
		metric := "goodput_bytes_per_second"
		if c.Timed() {
			metric = "latency_p50_seconds"
		}
		v, _ := cells[c.ID].values(metric)
		out = append(out, Median(v))
	}
	return out
}

// wide tells whether an interval missed what was asked; without a target none does.
func wide(m plan.Measure, rel float64) bool {
	return m.Until > 0 && !math.IsInf(rel, 1) && rel > m.Until
}
