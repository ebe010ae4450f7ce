package chart

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results"
)

// latencyProfiles draws latency at the named percentiles for each value of a
// factor, the network by rights: one ladder for each series.
func latencyProfiles(in Input) ([]Figure, error) {
	in.Chart.Metric = "latency_p50_seconds"
	var cells []results.Cell
	var shallow []string
	for _, c := range in.Cells {
		if !hasTimes(c) {
			continue
		}
		if len(in.rungs(c)) == 0 {
			shallow = append(shallow, key(c, append([]string{in.Chart.Series}, varying(in.Cells)...))+because(c, in.Chart.Metric))
			continue
		}
		cells = append(cells, c)
	}
	if len(domain(cells, in.Chart.X)) == 0 {
		return nil, fmt.Errorf("no cell with the factor x=%q has a latency histogram of more than %d messages: %w", in.Chart.X, enoughBeyond, errNothing)
	}
	s := newSweep(in, cells, metricPick(in.Chart.Metric))
	s.byName()
	panels, err := s.panels(func(values []float64) Axis {
		return valueAxis("Latency", append(values, in.rungValues(cells)...), func(v float64) string { return quantity("s", v) })
	})
	if err != nil {
		return nil, err
	}
	for i, f := range s.facets {
		for j, l := range f.lines {
			series := panels[i].Series[j]
			for _, c := range l.cells {
				if x, ok := s.places[c.Factors[in.Chart.X]]; ok {
					panels[i].Layers = append(panels[i].Layers, Ladder{x + series.Dodge, in.rungs(c), series.Style})
				}
			}
		}
	}
	var byX []facet // the title compares what shares a place
	for _, f := range s.facets {
		for _, v := range domain(cells, in.Chart.X) {
			at := facet{title: value(in.Chart.X, v)}
			if f.title != "" {
				at.title += ", " + f.title
			}
			for _, l := range f.lines {
				l.cells = slices.DeleteFunc(slices.Clone(l.cells), func(c results.Cell) bool { return c.Factors[in.Chart.X] != v })
				at.lines = append(at.lines, l)
			}
			byX = append(byX, at)
		}
	}
	what := subtitle("Receive time minus intended send time, by "+lower(factorTitle(in.Chart.X)), cells, in.Chart.X, in.Chart.Series)
	title := in.latencyTitle(byX)
	return paginate(panels, s.facets, func(panels []Panel, _ []facet) Figure {
		note := fmt.Sprintf("Marks from below: 50, 90, 99 and 99.9 %% of messages; none where fewer than %d messages lie beyond. Thick strokes: 95 %% interval over blocks.", enoughBeyond)
		return Figure{Title: title, Subtitle: what, Panels: panels, Notes: withAbsent(note, shallow)}
	}), nil
}

// byName lays the factor of the horizontal axis out as names, in order of value,
// whatever its kind.
func (s *sweep) byName() {
	var names []string
	for i, v := range domain(s.cells, s.in.Chart.X) {
		s.places[v] = float64(i)
		names = append(names, value(s.in.Chart.X, v))
	}
	s.x = categoryAxis(factorTitle(s.in.Chart.X), names)
}

// rungs returns the named percentiles a cell's messages support, X counting
// from the lowest.
func (in Input) rungs(c results.Cell) []Point {
	h := in.Latency[c.ID]
	if h == nil {
		return nil
	}
	var out []Point
	for i, p := range percentiles {
		m, ok := c.Metrics[p.metric]
		if ok && p.share <= depth(h.TotalCount()) {
			out = append(out, Point{X: float64(i), Y: m.Median, Lo: m.Lo, Hi: m.Hi, Bound: boundOf(m)})
		}
	}
	return out
}

func (in Input) rungValues(cells []results.Cell) []float64 {
	var out []float64
	for _, c := range cells {
		for _, r := range in.rungs(c) {
			out = append(out, r.Y)
			if r.interval() {
				out = append(out, *r.Lo, *r.Hi)
			}
		}
	}
	return out
}

// A Ladder is several percentiles of one cell above each other.
type Ladder struct {
	At    float64
	Rungs []Point // Y ascending; the first has the mark of its series
	Style Style
}

func (l Ladder) strokes(p *pane) [][]vg.Point {
	var rail []vg.Point
	for _, r := range l.Rungs {
		rail = append(rail, p.at(l.At, r.Y))
	}
	return [][]vg.Point{rail}
}

func (l Ladder) draw(p *pane) {
	p.line(l.Style.Color, 1.6, dashes[l.Style.Dash], l.strokes(p)[0]...)
	for i, r := range l.Rungs {
		at := p.at(l.At, r.Y)
		if r.interval() {
			p.line(translucent(l.Style.Color, 0x50), 9, nil, p.at(l.At, *r.Lo), p.at(l.At, *r.Hi))
		}
		if i > 0 {
			half := markerSize * 1.3
			p.line(l.Style.Color, 3, nil, vg.Point{X: at.X - half, Y: at.Y}, vg.Point{X: at.X + half, Y: at.Y})
		}
	}
}
