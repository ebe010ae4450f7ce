package chart

import (
	"slices"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results"
)

// What cells with a physical limit have: what the link could carry at best, and
// which share of it was reached.
const (
	limitMetric      = "limit_bytes_per_second"
	efficiencyMetric = "efficiency"
)

// roundTrips draws goodput against round-trip time below the limit the link
// sets.
func roundTrips(in Input) ([]Figure, error) {
	unit := unitOf(in.Cells, in.Chart.Metric)
	s := newSweep(in, in.Cells, metricPick(in.Chart.Metric))
	var levels []float64
	if in.Chart.Metric == "goodput_bytes_per_second" {
		levels = limitsOf(in.Cells)
	}
	panels, err := s.panels(func(values []float64) Axis {
		return valueAxis(metricTitle(in.Chart.Metric), values, func(v float64) string { return quantity(unit, v) })
	}, levels...)
	if err != nil {
		return nil, err
	}
	if len(levels) > 0 {
		for i, f := range s.facets {
			panels[i].Layers = append(panels[i].Layers, s.limits(f)...)
		}
	}
	title := s.efficiencyTitle()
	if title == "" {
		title = throughputTitle(in, s.facets, unit)
	}
	return s.pages(panels, title, ""), nil
}

func limitsOf(cells []results.Cell) []float64 {
	var out []float64
	for _, c := range cells {
		if m, ok := c.Metrics[limitMetric]; ok {
			out = append(out, m.Median)
		}
	}
	return out
}

// limits returns a line for each distinct limit of a panel; where there are
// several, each says whose it is.
func (s *sweep) limits(f facet) []Layer {
	var all []Limit
	for _, l := range f.lines {
		var line []XY
		for _, c := range l.cells {
			x, onAxis := s.places[c.Factors[s.in.Chart.X]]
			if m, ok := c.Metrics[limitMetric]; ok && onAxis {
				line = append(line, XY{x, m.Median})
			}
		}
		known := slices.ContainsFunc(all, func(o Limit) bool { return covers(o.Line, line) })
		if len(line) > 0 && !known {
			all = append(all, Limit{line, l.label})
		}
	}
	var out []Layer
	for _, l := range all {
		if len(all) == 1 {
			l.Name = "limit of the link"
		} else {
			l.Name = "limit of " + l.Name
		}
		out = append(out, l)
	}
	return out
}

// covers tells whether every point of b lies on one of a, to a thousandth.
func covers(a, b []XY) bool {
	return !slices.ContainsFunc(b, func(p XY) bool {
		return !slices.ContainsFunc(a, func(q XY) bool { return p.X == q.X && p.Y < q.Y*1.001 && p.Y > q.Y*0.999 })
	})
}

// A Limit is a named line that no figure can pass.
type Limit struct {
	Line []XY
	Name string
}

func (l Limit) strokes(p *pane) [][]vg.Point {
	var points []Point
	for _, at := range l.Line {
		points = append(points, Point{X: at.X, Y: at.Y})
	}
	return p.outline(Series{Points: points})
}

func (l Limit) draw(p *pane) {
	var spots []spot
	for _, stroke := range l.strokes(p) {
		p.line(refInk, 1.4, nil, stroke...)
	}
	for i, at := range l.Line { // named at a point, the first by preference
		q := p.at(at.X, at.Y)
		cost := float64(i)
		if len(l.Line) == 1 || p.panel.X.apart(at.X) {
			p.line(refInk, 1.4, nil, vg.Point{X: q.X - 14, Y: q.Y}, vg.Point{X: q.X + 14, Y: q.Y})
		}
		spots = append(spots,
			spot{vg.Point{X: q.X, Y: q.Y + 5}, align{0, 0}, cost},
			spot{vg.Point{X: q.X, Y: q.Y + 5}, align{1, 0}, cost},
			spot{vg.Point{X: q.X, Y: q.Y - 5}, leftTop, cost + 2},
			spot{vg.Point{X: q.X, Y: q.Y - 5}, align{1, 1}, cost + 2})
	}
	p.label(l.Name, referenceFace, spots)
}

// efficiencyTitle says what share of the limit the best and the worst series
// reach where they are farthest apart; empty where no cell has a limit.
func (s *sweep) efficiencyTitle() string {
	var best, worst place
	gap := -1.0
	share := func(p place) float64 { return p.cell.Metrics[efficiencyMetric].Median }
	for _, a := range placesOf(s.facets) {
		for _, b := range placesOf(s.facets) {
			_, has := a.cell.Metrics[efficiencyMetric]
			_, too := b.cell.Metrics[efficiencyMetric]
			same := a.cell.Factors[s.in.Chart.X] == b.cell.Factors[s.in.Chart.X] && a.facet.title == b.facet.title
			if has && too && same && share(a)-share(b) > gap {
				gap, best, worst = share(a)-share(b), a, b
			}
		}
	}
	if gap < 0 {
		return ""
	}
	percent := func(p place) string {
		m := p.cell.Metrics[efficiencyMetric]
		return boundOf(m).words() + digits(100*m.Median, 2) + " %"
	}
	where := best.where(s.in.Chart.X)
	if best.cell.ID == worst.cell.ID {
		return best.line.label + " reaches " + percent(best) + " of the limit" + where + " here"
	}
	return best.line.label + " reaches " + percent(best) + " of the limit" + where + " here, " + worst.line.label + " " + percent(worst)
}
