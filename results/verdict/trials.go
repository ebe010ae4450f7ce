package verdict

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// perTrial is an estimate of what f makes of the metrics of each trial of a cell
// that is not invalid; f says false where it needs one that is missing.
func (e Evidence) perTrial(c results.Cell, what, unit string, f func(map[string]float64) (float64, bool)) results.Estimate {
	var values []float64
	for _, t := range results.Usable(e.Trials)[c.ID] {
		if v, ok := f(t.Metrics); ok {
			values = append(values, v)
		}
	}
	return estimated(what, unit, stats.Median(values))
}

// quotient divides one metric by another, for perTrial.
func quotient(of, by string) func(map[string]float64) (float64, bool) {
	return func(m map[string]float64) (float64, bool) {
		x, ok := m[of]
		y, also := m[by]
		return x / y, ok && also && y > 0
	}
}

// against is the within-block ratio of a cell's metric to that of any other cell,
// from the blocks in which both are valid. Evidence.ratio has those that the plan
// asks for.
func (e Evidence) against(name string, cell, base results.Cell) results.Estimate {
	all := results.ByCell(e.Trials)
	of := map[int]float64{}
	for _, t := range all[base.ID] {
		if v := t.Metrics[name]; t.State == results.Valid && v > 0 {
			of[t.Block] = v
		}
	}
	var ratios []float64
	for _, t := range all[cell.ID] {
		v, b := t.Metrics[name], of[t.Block]
		if t.State == results.Valid && v > 0 && b > 0 {
			ratios = append(ratios, v/b)
		}
	}
	return estimated(name, "×", stats.GeoMedian(ratios))
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
