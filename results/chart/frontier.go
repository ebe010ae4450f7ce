package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

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
					panel.Layers = append(panel.Layers, Name{XY{x, p.Y}, value(in.Chart.X, v), l.style})
				}
			}
			panel.Layers = slices.Insert(panel.Layers, 0, Layer(median))
			panel.Series = append(panel.Series, series)
		}
		panels = append(panels, panel)
	}
	x := logAxis("Write calls per message", xs, count)
	y := logAxis(metricTitle(metric), ys, func(v float64) string { return quantity("s", v) })
	for i := range panels {
		panels[i].X, panels[i].Y = x, y
	}
	what := subtitle("Each line by "+lower(factorTitle(in.Chart.X)), cells, in.Chart.X, in.Chart.Series)
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
	saved := 0.0
	for _, f := range s.facets {
		all := placesOf([]facet{f})
		most := slices.MaxFunc(all, func(a, b place) int { return cmp.Compare(callsOf(a), callsOf(b)) })
		for _, l := range f.lines {
			if _, ok := l.cells[0].Factors[s.in.Chart.X]; !ok {
				continue
			}
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
	if whose := whose(to, len(s.facets) > 1 || len(s.facets[0].lines) > 1); whose != "" {
		title += " (" + whose + ")"
	}
	return title
}

func whose(p place, several bool) string {
	if !several {
		return ""
	}
	return strings.TrimPrefix(p.facet.title+", "+p.line.label, ", ")
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

// A Name is the value of a further factor beside a point.
type Name struct {
	At    XY
	Text  string
	Style Style
}

func (n Name) strokes(*pane) [][]vg.Point { return nil }

func (n Name) draw(p *pane) {
	at := p.at(n.At.X, n.At.Y)
	f := face{size: noteSize, color: readable(n.Style.Color)}
	near, aside := vg.Length(9), vg.Length(11)
	p.label(n.Text, f, []spot{
		{vg.Point{X: at.X + near, Y: at.Y + near - 2}, align{0, 0}, 0},
		{vg.Point{X: at.X, Y: at.Y + aside}, align{0.5, 0}, 0.5},
		{vg.Point{X: at.X - near, Y: at.Y + near - 2}, align{1, 0}, 1},
		{vg.Point{X: at.X + aside, Y: at.Y}, leftMiddle, 1},
		{vg.Point{X: at.X - aside, Y: at.Y}, rightMiddle, 1.5},
		{vg.Point{X: at.X - near, Y: at.Y - near}, align{1, 1}, 1.5},
		{vg.Point{X: at.X, Y: at.Y - aside}, centreTop, 2},
		{vg.Point{X: at.X + near, Y: at.Y - near}, leftTop, 2},
	})
}

// A Shade is a lighter line of the same look as a series.
type Shade struct{ Series }

func (s Shade) strokes(p *pane) [][]vg.Point { return p.outline(s.Series) }

func (s Shade) draw(p *pane) {
	light := translucent(s.Style.Color, 0x60)
	for _, stroke := range s.strokes(p) {
		p.line(light, 1.6, nil, stroke...)
		for _, at := range stroke {
			p.marker(s.Style.Marker, at, markerSize*0.8, light, false)
		}
	}
}
