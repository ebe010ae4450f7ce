package chart

import (
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// calls draws write calls per message, or another count per message, on a log
// axis.
func calls(in Input) ([]Figure, error) {
	metric := in.Chart.Metric
	unit := unitOf(in.Cells, metric)
	s := newSweep(in, in.Cells, func(c results.Cell) (Point, bool) {
		p, ok := metricPick(metric)(c)
		return p, ok && p.Y > 0 // none at all has no place on a log axis
	})
	panels, err := s.panels(func(values []float64) Axis {
		return logAxis(metricTitle(metric), values, func(v float64) string { return quantity(unit, v) })
	})
	if err != nil {
		return nil, err
	}
	return s.pages(panels, callsTitle(in, s.facets, unit), ""), nil
}

// count words a number that need not be whole: "3.5", "256", "16.4 k".
func count(v float64) string {
	if v < 10_000 {
		return digits(v, 3)
	}
	return units.Number(v)
}

// callsTitle says how many messages the fullest write call carries.
func callsTitle(in Input, facets []facet, unit string) string {
	if in.Chart.Metric != "write_calls_per_message" {
		return bestTitle(in, facets, unit)
	}
	var fewest place
	least := 0.0
	for _, p := range placesOf(facets) {
		if m, ok := p.cell.Metrics[in.Chart.Metric]; ok && m.Median > 0 && (least == 0 || m.Median < least) {
			fewest, least = p, m.Median
		}
	}
	if 1/least < 1.05 {
		return "No write call carries more than one message here"
	}
	return "With " + fewest.line.label + ", one write call carries " + count(1/least) + " messages" + fewest.where(in.Chart.X) + " here"
}
