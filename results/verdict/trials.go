package verdict

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// A trialFigure makes a figure of a trial; it says false where it needs one that is missing.
type trialFigure func(results.Trial) (float64, bool)

// perTrial is an estimate of what f makes of each trial of a cell that is not invalid.
func (e Evidence) perTrial(c results.Cell, what, unit string, f trialFigure) results.Estimate {
	var values []float64
	for _, t := range results.Usable(e.Trials)[c.ID] {
		if v, ok := f(t); ok {
			values = append(values, v)
		}
	}
	return estimated(what, unit, stats.Median(values))
}

// against is the within-block ratio of what f makes of a cell to what it makes of any
// other. Evidence.ratio has those that the plan asks for.
func (e Evidence) against(what string, cell, base results.Cell, f trialFigure) results.Estimate {
	used := results.Usable(e.Trials)
	by := map[int]float64{}
	for _, t := range used[base.ID] {
		if v, ok := f(t); ok && v > 0 {
			by[t.Block] = v
		}
	}
	var ratios []float64
	for _, t := range used[cell.ID] {
		if v, ok := f(t); ok && v > 0 && by[t.Block] > 0 {
			ratios = append(ratios, v/by[t.Block])
		}
	}
	return estimated(what, "×", stats.GeoMedian(ratios))
}

// estimated is an interval as an estimate; of no values it is the unit alone.
func estimated(what, unit string, iv stats.Interval) results.Estimate {
	e := results.Estimate{What: what, Unit: unit}
	if iv.N == 0 {
		return e
	}
	e.Median = iv.Mid
	if iv.OK {
		e.Lo, e.Hi = &iv.Lo, &iv.Hi
	}
	return e
}

// medianOf is the median of blocks' figures.
func medianOf(what, unit string, values []float64) results.Estimate {
	return estimated(what, unit, stats.Median(values))
}

// strongest is the first estimate with an interval among those the checks hold, of a
// case in which the claim is true if there is one; nil: there is no interval.
func strongest(cases []Case) (out *results.Estimate) {
	for _, c := range cases {
		for _, k := range c.Checks {
			if k.Lo == nil || k.Hi == nil {
				continue
			}
			e := k.Estimate
			e.What = k.Says
			if c.Answer == Yes {
				return &e
			}
			if out == nil {
				out = &e
			}
		}
	}
	return out
}
