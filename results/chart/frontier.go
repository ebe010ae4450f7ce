package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
)

const (
	callsMetric  = "write_calls_per_message"
	medianMetric = "latency_p50_seconds"
)

// frontier draws what latency buys: latency against write calls per message,
// a line for each series along a factor such as the flush window.
func frontier(in Input) ([]Figure, error) {
	metric := in.Chart.Metric
	var cells []results.Cell
	for _, c := range in.Cells {
		if c.Metrics[metric].Median > 0 && c.Metrics[callsMetric].Median > 0 {
			cells = append(cells, c)
		}
	}
	if len(domain(cells, in.Chart.X)) == 0 {
		return nil, fmt.Errorf("no cell with the factor x=%q has both %s and %s: %w", in.Chart.X, metric, callsMetric, errNothing)
	}
	facets := arrange(cells, in.Chart.X, in.Chart.Series)
	s := &sweep{in: in, cells: cells, pick: metricPick(metric), facets: facets}
	var panels []Panel
	var xs, ys []float64
	for _, f := range facets {
		panel := Panel{Title: f.title}
		var names Names
		for _, l := range f.lines {
			series := Series{Label: l.label, Name: l.name, Style: l.style}
			median := Shade{Series{Style: l.style}}
			for _, c := range l.cells {
				x := c.Metrics[callsMetric].Median
				p, _ := s.pick(c)
				p.X = x
				series.Points = append(series.Points, p)
				xs, ys = append(xs, x), append(ys, p.Y)
				if p.interval() {
					ys = append(ys, *p.Lo, *p.Hi)
				}
				if m, ok := c.Metrics[medianMetric]; ok && metric != medianMetric && m.Median > 0 {
					median.Points = append(median.Points, Point{X: x, Y: m.Median})
					ys = append(ys, m.Median)
				}
				if v, ok := c.Factors[in.Chart.X]; ok {
					names = append(names, Name{XY{x, p.Y}, value(in.Chart.X, v), l.style})
				}
			}
			panel.Layers = append(panel.Layers, median)
			panel.Series = append(panel.Series, series)
		}
		panel.Layers = append(panel.Layers, names)
		panels = append(panels, panel)
	}
	x := logAxis("Write calls per message", xs, count)
	y := logAxis(metricTitle(metric), ys, func(v float64) string { return quantity("s", v) })
	for i := range panels {
		panels[i].X, panels[i].Y = x, y
	}
	what := subtitle("Each line by "+lower(factorTitle(in.Chart.X)), cells, in.Chart.X, in.Chart.Series, "flush")
	title := s.frontierTitle()
	return paginate(panels, facets, func(panels []Panel, facets []facet) Figure {
		notes := s.notes(facets)
		if metric != medianMetric {
			notes = append([]string{"Light marks: the median of the same cells."}, notes...)
		}
		return Figure{Title: title, Subtitle: what, Panels: panels, Notes: []string{strings.Join(notes, " ")}}
	}), nil
}

// frontierTitle says what the knee of the line that saves most calls costs,
// against the cell of its panel with most calls.
func (s *sweep) frontierTitle() string {
	var from, to place
	saved, lines := 0.0, 0
	for _, f := range s.facets {
		all := placesOf([]facet{f})
		most := slices.MaxFunc(all, func(a, b place) int { return cmp.Compare(callsOf(a), callsOf(b)) })
		for _, l := range f.lines {
			if _, ok := l.cells[0].Factors[s.in.Chart.X]; !ok {
				continue
			}
			lines++
			k := place{s.knee(l), f, l}
			if ratio := callsOf(most) / callsOf(k); ratio > saved {
				saved, from, to = ratio, most, k
			}
		}
	}
	latency := func(p place) string {
		m := p.cell.Metrics[s.in.Chart.Metric]
		return boundOf(m).words() + quantity("s", significant(m.Median, 2))
	}
	title := named(s.in.Chart.X, to.cell.Factors[s.in.Chart.X])
	if kind := words(s.in.Chart.X); strings.HasPrefix(title, kind+" ") {
		title = "A " + kind + " of " + strings.TrimPrefix(title, kind+" ")
	}
	latencyName := strings.TrimPrefix(lower(metricTitle(s.in.Chart.Metric)), "latency ")
	title += fmt.Sprintf(" takes write calls from %s to %s a message here and %s from %s to %s",
		digits(callsOf(from), 2), digits(callsOf(to), 2), latencyName, latency(from), latency(to))
	if lines > 1 {
		title += " (" + strings.TrimPrefix(to.facet.title+", "+to.line.label, ", ") + ")"
	}
	return title
}

func callsOf(p place) float64 { return p.cell.Metrics[callsMetric].Median }

// knee returns the cell of a line that lies farthest below the straight line
// between its ends on log axes (Satopaa et al., Finding a "Kneedle" in a
// Haystack, 2011), or the one with fewest calls where none does.
func (s *sweep) knee(l line) results.Cell {
	at := func(c results.Cell) XY {
		return XY{math.Log(c.Metrics[callsMetric].Median), math.Log(c.Metrics[s.in.Chart.Metric].Median)}
	}
	order := slices.SortedFunc(slices.Values(l.cells), func(a, b results.Cell) int {
		return cmp.Compare(at(a).X, at(b).X)
	})
	best := order[0]
	a, b := at(best), at(order[len(order)-1])
	deepest := 0.0
	for _, c := range order {
		p := at(c)
		chord := a.Y
		if b.X > a.X {
			chord += (b.Y - a.Y) * (p.X - a.X) / (b.X - a.X)
		}
		if chord-p.Y > deepest {
			deepest, best = chord-p.Y, c
		}
	}
	return best
}
