package verdict

import (
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// planned is the cell of the plan that a measured one is of: how long its trials were.
func (e Evidence) planned(c results.Cell) plan.Cell {
	for _, p := range e.Plan.Cells {
		if p.ID == c.ID {
			return p
		}
	}
	return plan.Cell{}
}

// perBlock lists what figure finds in the usable trials of some cells, one of each
// in a block; blocks that lack one, or whose figure is none, are left out.
func (e Evidence) perBlock(figure func(trials []results.Trial) (float64, bool), cells ...results.Cell) (out []float64) {
	usable := results.Usable(e.Trials)
	blocks := map[int][]results.Trial{}
	for _, c := range cells {
		for _, t := range usable[c.ID] {
			blocks[t.Block] = append(blocks[t.Block], t)
		}
	}
	for _, trials := range blocks {
		if len(trials) != len(cells) {
			continue
		}
		if x, ok := figure(trials); ok {
			out = append(out, x)
		}
	}
	return out
}

// share is a metric that is a share of n things in each trial, over all trials.
// Its interval is the wider of two: the exact one of so many things, which is one
// also where the share is 0 or 1 in every block, and that of blocks, which differ by
// more than chance where the things of one share a fate.
func (e Evidence) share(name string, c results.Cell, n float64) results.Estimate {
	d, _ := plan.MetricNamed(name)
	values := e.perBlock(func(trials []results.Trial) (float64, bool) {
		x, ok := trials[0].Metrics[name]
		return x, ok
	}, c)
	out := medianOf(name, d.Unit, values)
	if len(values) == 0 {
		return out
	}
	hits := 0.0
	for _, v := range values {
		hits += math.Min(math.Round(v*n), n)
	}
	all := n * float64(len(values))
	out.Median = hits / all
	if out.Lo != nil {
		lo, hi := stats.ClopperPearson(int(hits), int(all), stats.Level)
		*out.Lo, *out.Hi = math.Max(0, math.Min(*out.Lo, lo)), math.Min(1, math.Max(*out.Hi, hi))
	}
	return out
}
