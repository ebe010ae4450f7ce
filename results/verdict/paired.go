package verdict

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// A reading takes a figure from a trial; ok is false where it has none.
type reading func(t results.Trial) (v float64, ok bool)

func reads(metric string) reading {
	return func(t results.Trial) (float64, bool) { v, ok := t.Metrics[metric]; return v, ok }
}

// byBlock is a figure of a cell's usable trials, by block.
func (e Evidence) byBlock(cell results.Cell, read reading) map[int]float64 {
	of := map[int]float64{}
	for _, t := range results.Usable(e.Trials)[cell.ID] {
		if v, ok := read(t); ok {
			of[t.Block] = v
		}
	}
	return of
}

// pairs holds a cell against another within each block that has both, by f.
func (e Evidence) pairs(cell, base results.Cell, read reading, f func(x, y float64)) {
	of := e.byBlock(base, read)
	for block, x := range e.byBlock(cell, read) {
		if y, ok := of[block]; ok {
			f(x, y)
		}
	}
}

// relative is the median of a figure's ratios within blocks, of cells that the plan
// need not compare. Pairs with a zero have none.
func (e Evidence) relative(what string, cell, base results.Cell, read reading) results.Estimate {
	var ratios []float64
	e.pairs(cell, base, read, func(x, y float64) {
		if x > 0 && y > 0 {
			ratios = append(ratios, x/y)
		}
	})
	return estimated(what, "×", stats.GeoMedian(ratios))
}

// grown is the median of a figure's growth within blocks, as a part of per.
func (e Evidence) grown(what string, cell, base results.Cell, read reading, per float64) results.Estimate {
	var growth []float64
	e.pairs(cell, base, read, func(x, y float64) { growth = append(growth, (x-y)/per) })
	return estimated(what, "", stats.Median(growth))
}

// unless leaves a check open that denies, where its interval comes near enough to
// what is claimed that only a value beyond bound would deny it.
func (c Check) unless(bound float64) Check {
	if c.Answer != No {
		return c
	}
	if c.Least != nil && *c.Hi > bound || c.Least == nil && *c.Lo < bound {
		c.Answer = Open
	}
	return c
}

// without returns v without a factor.
func without(v plan.Values, factor string) plan.Values {
	out := with(v, nil)
	delete(out, factor)
	return out
}
