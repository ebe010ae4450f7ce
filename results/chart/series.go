package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// outline returns the strokes of a series: one polyline for each stretch
// without a missing point, none through places that have no order.
func (p *pane) outline(s Series) [][]vg.Point {
	if s.Flat {
		if len(s.Points) == 0 || s.Points[0].Missing() {
			return nil
		}
		y := p.at(p.panel.X.Min, s.Points[0].Y).Y
		return [][]vg.Point{{{X: p.frame.Min.X, Y: y}, {X: p.frame.Max.X, Y: y}}}
	}
	if len(s.Trace) > 0 {
		stroke := make([]vg.Point, len(s.Trace))
		for i, t := range s.Trace {
			stroke[i] = p.at(t.X, t.Y)
		}
		return [][]vg.Point{stroke}
	}
	if p.panel.X.Scale == Category {
		return nil
	}
	var out [][]vg.Point
	for _, run := range p.panel.X.joined(s.Points, func(pt Point) bool { return !pt.Missing() }) {
		var stroke []vg.Point
		for _, pt := range run {
			stroke = append(stroke, p.at(pt.X, pt.Y))
		}
		out = append(out, stroke)
	}
	return out
}

// dodge moves the series of a category axis aside, so that points of like
// figures stand beside each other.
func dodge(panel Panel) {
	if panel.X.Scale != Category {
		return
	}
	n := float64(len(panel.Series))
	step := math.Min(0.14, 0.7/n)
	for i := range panel.Series {
		panel.Series[i].Dodge = step * (float64(i) - (n-1)/2)
	}
}

// joined cuts points into the longest runs of neighbours that all pass and that
// a line may join: nothing leads to a zero that stands apart.
func (a Axis) joined(points []Point, pass func(Point) bool) [][]Point {
	var out [][]Point
	fresh := true
	for _, pt := range points {
		switch {
		case !pass(pt):
			fresh = true
		case a.apart(pt.X):
			out = append(out, []Point{pt})
			fresh = true
		case fresh:
			out = append(out, []Point{pt})
			fresh = false
		default:
			out[len(out)-1] = append(out[len(out)-1], pt)
		}
	}
	return out
}

// interval tells whether a point has both ends of an interval.
func (p Point) interval() bool { return !p.Missing() && p.Lo != nil && p.Hi != nil }

// intervals draws a band between neighbours that both have an interval, and a
// bar at each point that has one.
func (p *pane) intervals(s Series) {
	band := translucent(s.Style.Color, 0x30)
	if s.Flat {
		if len(s.Points) > 0 && s.Points[0].interval() {
			pt := s.Points[0]
			lo, hi := p.at(p.panel.X.Min, *pt.Lo).Y, p.at(p.panel.X.Min, *pt.Hi).Y
			p.FillPolygon(band, []vg.Point{{X: p.frame.Min.X, Y: lo}, {X: p.frame.Max.X, Y: lo}, {X: p.frame.Max.X, Y: hi}, {X: p.frame.Min.X, Y: hi}})
		}
		return
	}
	joined := len(s.Trace) == 0 && p.panel.X.Scale != Category
	for _, run := range p.panel.X.joined(s.Points, Point.interval) {
		var upper, lower []vg.Point
		for _, pt := range run {
			lo, hi := p.at(pt.X+s.Dodge, *pt.Lo), p.at(pt.X+s.Dodge, *pt.Hi)
			p.line(translucent(s.Style.Color, 0xa0), 2, nil, lo, hi)
			upper, lower = append(upper, hi), append(lower, lo)
		}
		if joined && len(run) > 1 {
			for i := len(lower) - 1; i >= 0; i-- {
				upper = append(upper, lower[i])
			}
			p.FillPolygon(band, upper)
		}
	}
}

// cover counts the later series of another colour that run over the i-th at most
// of their common points, up to two: it is drawn that much wider, so that none
// vanishes under another.
func (p *pane) cover(i int) int {
	mine := p.panel.Series[i]
	if p.panel.X.Scale == Category {
		return 0 // there series stand beside each other
	}
	count := 0
	for _, other := range p.panel.Series[i+1:] {
		if other.Style.Color == mine.Style.Color {
			continue
		}
		common, hidden := 0, 0
		for _, a := range mine.Points {
			for _, b := range other.Points {
				if a.Missing() || b.Missing() || a.X != b.X {
					continue
				}
				common++
				if math.Abs(float64(p.at(a.X, a.Y).Y-p.at(b.X, b.Y).Y)) < 1.5 {
					hidden++
				}
			}
		}
		if hidden > common/2 {
			count++
		}
	}
	return min(count, 2)
}

// series draws lines and measured points, wider by the number of series that
// cover them.
func (p *pane) series(s Series, covered int) {
	wider := vg.Length(covered) * 2.6
	for _, stroke := range p.outline(s) {
		p.line(s.Style.Color, lineWidth+wider, dashes[s.Style.Dash], stroke...)
	}
	if s.Flat {
		return
	}
	for _, pt := range s.Points {
		if !pt.Missing() {
			p.marker(s.Style.Marker, p.at(pt.X+s.Dodge, pt.Y), markerSize+wider, s.Style.Color, pt.Bound != Exact)
		}
	}
}
