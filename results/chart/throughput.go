package chart

import (
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// throughput draws a metric, goodput unless named, against a factor.
func throughput(in Input) ([]Figure, error) {
	metric := in.Chart.Metric
	unit := unitOf(in.Cells, metric)
	s := newSweep(in, in.Cells, metricPick(metric))
	panels, err := s.panels(func(values []float64) Axis {
		return valueAxis(metricTitle(metric), values, func(v float64) string { return quantity(unit, v) })
	})
	if err != nil {
		return nil, err
	}
	return s.pages(panels, throughputTitle(in, s.facets, unit), ""), nil
}

// unitOf returns the unit a metric has in the stored cells, or in the
// dictionary where no cell has it.
func unitOf(cells []results.Cell, metric string) string {
	for _, c := range cells {
		if m, ok := c.Metrics[metric]; ok {
			return m.Unit
		}
	}
	m, _ := plan.MetricNamed(metric)
	return m.Unit
}

// throughputTitle states the ratio to the base that is farthest from 1 among
// those whose interval excludes 1; where nothing was compared, the best figure.
func throughputTitle(in Input, facets []facet, unit string) string {
	base, compared := comparison(in)
	if !compared {
		return bestTitle(in, facets, unit)
	}
	ratios := ratiosTo(in, base)
	var top results.Ratio
	var at place
	farthest, found := 0.0, 0
	for _, pl := range placesOf(facets) {
		r, ok := ratios[pl.cell.ID]
		if !ok {
			continue
		}
		found++
		if r.Lo != nil && r.Hi != nil && *r.Lo <= 1 && *r.Hi >= 1 {
			continue
		}
		if d := math.Abs(math.Log(r.Ratio)); d > farthest {
			farthest, top, at = d, r, pl
		}
	}
	name := lower(metricTitle(in.Chart.Metric))
	switch {
	case found == 0:
		return bestTitle(in, facets, unit)
	case farthest == 0:
		return "Nothing here differs from " + base.name + " in " + name
	}
	return at.line.label + " has " + in.ratioBound(top).words() + times(top.Ratio, top.Lo, top.Hi) + " the " + name + " of " + base.name + at.where(in.Chart.X) + " here"
}

// bestTitle states the best figure of all, in the metric's own direction.
func bestTitle(in Input, facets []facet, unit string) string {
	var best results.Metric
	var at place
	for _, pl := range placesOf(facets) {
		m, ok := pl.cell.Metrics[in.Chart.Metric]
		if !ok {
			continue
		}
		better := m.Median > best.Median
		if m.Better == "lower" {
			better = m.Median < best.Median
		}
		if at.cell.ID == "" || better {
			best, at = m, pl
		}
	}
	extreme := "highest"
	if best.Better == "lower" {
		extreme = "lowest"
	}
	return metricTitle(in.Chart.Metric) + " is " + extreme + " with " + at.line.label + at.where(in.Chart.X) + ": " + boundOf(best).words() + quantity(unit, best.Median)
}

// A place is a cell and where it stands in a chart.
type place struct {
	cell  results.Cell
	facet facet
	line  line
}

func placesOf(facets []facet) []place {
	var out []place
	for _, f := range facets {
		for _, l := range f.lines {
			for _, c := range l.cells {
				out = append(out, place{c, f, l})
			}
		}
	}
	return out
}

// where words a cell's place on the horizontal axis, and its panel.
func (p place) where(x string) string {
	text := ""
	if v, ok := p.cell.Factors[x]; ok {
		text = at(x, value(x, v))
	}
	if p.facet.title != "" {
		text += ", " + p.facet.title + ","
	}
	return text
}
