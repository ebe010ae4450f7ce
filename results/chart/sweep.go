package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// A pick returns what a chart shows of a cell, its X yet to be set; ok is false
// where the cell has no such figure.
type pick func(c results.Cell) (p Point, ok bool)

// metricPick shows a metric.
func metricPick(metric string) pick {
	return func(c results.Cell) (Point, bool) {
		m, ok := c.Metrics[metric]
		return Point{Y: m.Median, Lo: m.Lo, Hi: m.Hi, Bound: boundOf(m)}, ok
	}
}

// A sweep is cells laid out along a factor.
type sweep struct {
	in     Input
	cells  []results.Cell
	facets []facet
	pick   pick
	x      Axis
	places map[any]float64 // where each value of the factor lies
}

func newSweep(in Input, cells []results.Cell, pick pick) *sweep {
	s := &sweep{in: in, cells: cells, pick: pick, places: map[any]float64{}}
	s.facets = arrange(cells, in.Chart.X, in.Chart.Series)
	values := domain(cells, in.Chart.X)
	title := factorTitle(in.Chart.X)
	if _, numeric := values[0].(float64); numeric {
		var at []float64
		for _, v := range values {
			n, _ := v.(float64)
			s.places[v] = n
			at = append(at, n)
		}
		s.x = measuredAxis(title, at, func(n float64) string { return value(in.Chart.X, n) })
		return s
	}
	var names []string
	for i, v := range values {
		s.places[v] = float64(i)
		names = append(names, value(in.Chart.X, v))
	}
	s.x = categoryAxis(title, names)
	return s
}

// points returns the points of a line and, for each, its cell.
func (s *sweep) points(l line) []Point {
	var out []Point
	for _, c := range l.cells {
		x := s.places[c.Factors[s.in.Chart.X]]
		if p, ok := s.pick(c); ok {
			p.X = x
			out = append(out, p)
		} else {
			out = append(out, missing(x))
		}
	}
	return out
}

// panels returns a panel for each facet, all on the same axes. Levels are
// further values the vertical axis must reach.
func (s *sweep) panels(axis func(values []float64) Axis, levels ...float64) ([]Panel, error) {
	values := slices.Clone(levels)
	measured := 0
	var out []Panel
	for _, f := range s.facets {
		panel := Panel{Title: f.title, X: s.x}
		for _, l := range f.lines {
			points := s.points(l)
			for _, p := range points {
				if p.Missing() {
					continue
				}
				measured++
				values = append(values, p.Y)
				if p.interval() {
					values = append(values, *p.Lo, *p.Hi)
				}
			}
			panel.Series = append(panel.Series, Series{Label: l.label, Name: l.name, Style: l.style, Points: points, Flat: l.flat})
		}
		dodge(panel)
		out = append(out, panel)
	}
	if measured == 0 {
		return nil, fmt.Errorf("no cell has a figure: %w", errNothing)
	}
	y := axis(values)
	for i := range out {
		out[i].Y = y
	}
	return out, nil
}

// pages cuts panels into pictures. The title is of all panels, so that what it
// says of "here" holds on every page. Where the horizontal axis would have one
// value, the series stand on an axis instead.
func (s *sweep) pages(panels []Panel, title, how string) []Figure {
	except := []string{s.in.Chart.Series}
	var parts []string
	if s.lone() {
		panels = turned(panels)
	} else {
		except = append(except, s.in.Chart.X)
		parts = append(parts, "By "+lower(factorTitle(s.in.Chart.X)))
	}
	if how != "" {
		parts = append(parts, how)
	}
	what := subtitle(strings.Join(parts, ", "), s.cells, except...)
	return paginate(panels, s.facets, func(panels []Panel, facets []facet) Figure {
		return Figure{Title: title, Subtitle: what, Panels: panels, Notes: s.notes(facets)}
	})
}

// lone tells whether the factor on the horizontal axis has one value.
func (s *sweep) lone() bool { return len(s.places) == 1 }

// paginate makes a figure of every few panels, of all where they are few.
func paginate(panels []Panel, facets []facet, figure func([]Panel, []facet) Figure) []Figure {
	var out []Figure
	pages := (len(panels) + maxPanels - 1) / maxPanels
	each := (len(panels) + pages - 1) / pages // so that no page has one left over
	for from := 0; from < len(panels); from += each {
		to := min(from+each, len(panels))
		out = append(out, figure(panels[from:to], facets[from:to]))
	}
	if len(out) > 1 {
		for i := range out {
			out[i].Title += fmt.Sprintf(" (%d of %d)", i+1, len(out))
		}
	}
	return out
}

// subtitle says what is drawn and what all cells have in common.
func subtitle(what string, cells []results.Cell, except ...string) string {
	parts := constants(cells, except...)
	if what != "" {
		parts = slices.Insert(parts, 0, what)
	}
	return capital(strings.Join(parts, "  ·  "))
}
