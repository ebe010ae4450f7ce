package chart

import (
	"fmt"
	"math"

	"github.com/pushbench/pushbench/results"
)

// A base is what ratios are taken to.
type base struct {
	factor string
	value  any
	name   string // for people
}

// is tells whether a cell is a base.
func (b base) is(c results.Cell) bool { return c.Factors[b.factor] == b.value }

// comparison returns the base of the group's first comparison by the chart's
// metric.
func comparison(in Input) (base, bool) {
	for _, c := range in.Manifest.Plan.Compare {
		if (c.Group == "" || c.Group == in.Group) && c.Metric == in.Chart.Metric {
			return base{c.Factor, c.Base, named(c.Factor, c.Base)}, true
		}
	}
	return base{}, false
}

// ratiosTo returns the ratios to a base, by the cell they are of.
func ratiosTo(in Input, b base) map[string]results.Ratio {
	bases := map[string]bool{}
	for _, c := range in.Cells {
		bases[c.ID] = b.is(c)
	}
	out := map[string]results.Ratio{}
	for _, r := range in.Ratios {
		if r.Metric == in.Chart.Metric && bases[r.Base] && r.Cell != r.Base {
			out[r.Cell] = r
		}
	}
	return out
}

// ratio draws ratios to the base of the comparison, the mark, and where each
// line crosses it.
func ratio(in Input) ([]Figure, error) {
	b, ok := comparison(in)
	if !ok {
		return nil, fmt.Errorf("the scenario compares nothing by %s; add a compare, or give the chart the metric that is compared: %w", in.Chart.Metric, errNothing)
	}
	ratios := ratiosTo(in, b)
	var cells []results.Cell
	for _, c := range in.Cells {
		if !b.is(c) {
			cells = append(cells, c)
		}
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("every cell is the base itself (%s): %w", b.name, errNothing)
	}
	s := newSweep(in, cells, func(c results.Cell) (Point, bool) {
		r, ok := ratios[c.ID]
		return Point{Y: r.Ratio, Lo: r.Lo, Hi: r.Hi, Bound: in.ratioBound(r)}, ok && r.Ratio > 0
	})
	levels := []float64{1}
	if in.Chart.Mark > 0 {
		levels = append(levels, in.Chart.Mark)
	}
	title := fmt.Sprintf("%s relative to %s", metricTitle(in.Chart.Metric), b.name)
	panels, err := s.panels(func(values []float64) Axis {
		a := logAxis(title, values, func(v float64) string { return digits(v, 3) + "×" })
		a.Min /= math.Pow(a.Max/a.Min, 0.2) // room for the figures of crossings
		return a
	}, levels...)
	if err != nil {
		return nil, err
	}
	for i := range panels {
		s.mark(&panels[i], b, len(panels) == 1)
	}
	return s.pages(panels, s.ratioTitle(panels, b), "ratios taken within a block"), nil
}

// mark adds the named lines of a ratio chart and the crossings of the mark. Where
// the panel has room, being alone, crossings bear the names of their series.
func (s *sweep) mark(panel *Panel, b base, alone bool) {
	mark := s.in.Chart.Mark
	one := Reference{Y: 1, Name: "1× = " + b.name}
	if mark <= 0 {
		panel.Layers = append(panel.Layers, one)
		return
	}
	var all Crossings
	for _, series := range panel.Series {
		for _, x := range crossings(series, panel.X, mark) {
			label := about(s.in.Chart.X, x.at) + x.bound.beyond()
			if alone && len(panel.Series) > 1 {
				label = series.Label + " " + label
			}
			all = append(all, Crossing{XY{x.at, mark}, label, series.Style})
		}
	}
	panel.Layers = append(panel.Layers, all, one, Reference{Y: mark, Name: digits(mark, 3) + "×"})
}

// A crossing is where a line passes a level. It is a bound where a point beside
// it is.
type crossing struct {
	at    float64
	bound Bound
}

// crossings returns where a line passes a level, on straight lines between
// neighbours as they are drawn: on log axes, powers.
func crossings(s Series, x Axis, level float64) []crossing {
	if s.Flat || x.Scale == Category {
		return nil
	}
	var out []crossing
	for _, run := range x.joined(s.Points, func(p Point) bool { return !p.Missing() }) {
		for i, p := range run {
			here := math.Log(p.Y / level)
			if here == 0 {
				out = append(out, crossing{p.X, p.Bound.and(Exact)})
				continue
			}
			if i == 0 {
				continue
			}
			before := math.Log(run[i-1].Y / level)
			if before*here < 0 {
				bound := p.Bound.and(run[i-1].Bound) // of a falling line: higher is further right
				if here > before {
					bound = bound.reversed()
				}
				out = append(out, crossing{between(x, run[i-1].X, p.X, before/(before-here)), bound})
			}
		}
	}
	return out
}

// between returns the value a share of the way from a to b along an axis.
func between(x Axis, a, b, share float64) float64 {
	if x.Scale == Log {
		return a * math.Pow(b/a, share)
	}
	return a + (b-a)*share
}
