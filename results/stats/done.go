package stats

import (
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// Done tells, after a whole block, whether the run has what it was asked for:
// the least number of blocks and every compared figure known within Until, or
// the largest number of blocks. Without comparisons the figures are goodput, and
// the median latency of timed cells. widest is the largest half-width relative
// to its middle, infinite while one has no interval; it can be within Until
// before the run is done (see enough). The budget is the runner's.
func Done(p plan.Plan, trials []results.Trial) (done bool, widest float64) {
	cells := collect(p, trials)
	done = true
	for _, values := range watched(p, cells) {
		widest = max(widest, Median(values).RelHalfWidth())
		done = done && enough(values, p.Measure.Until)
	}
	blocks := completeBlocks(p, cells)
	switch {
	case blocks < p.Measure.MinBlocks:
		return false, widest
	case p.Measure.MaxBlocks > 0 && blocks >= p.Measure.MaxBlocks:
		return true, widest
	}
	return done, widest
}

// watched returns the figures that decide when a run ends, each as its values
// in order of blocks.
func watched(p plan.Plan, cells map[string]*samples) (out [][]float64) {
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
			out = append(out, pairs.ratios)
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
		out = append(out, v)
	}
	return out
}

// wide tells whether an interval missed what was asked; without a target none does.
func wide(m plan.Measure, rel float64) bool {
	return m.Until > 0 && !math.IsInf(rel, 1) && rel > m.Until
}
