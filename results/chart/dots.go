package chart

import (
	"slices"

	"gonum.org/v1/plot/vg"
)

// Dots are single figures in rows, each with its interval, for panels whose
// vertical axis names the series.
type Dots []Dot

// A Dot is the figure of one row, the horizontal axis giving its Y and interval.
type Dot struct {
	Row   float64
	Style Style
	Point Point
	Text  string
}

func (ds Dots) strokes(p *pane) [][]vg.Point {
	var out [][]vg.Point
	for _, d := range ds {
		at := p.at(d.Point.Y, d.Row)
		ends := []vg.Point{{X: at.X - markerSize*1.5, Y: at.Y}, {X: at.X + markerSize*1.5, Y: at.Y}}
		if d.Point.interval() {
			ends = append(ends, p.at(*d.Point.Lo, d.Row), p.at(*d.Point.Hi, d.Row))
			slices.SortFunc(ends, func(a, b vg.Point) int { return int(a.X - b.X) })
		}
		out = append(out, ends)
	}
	return out
}

func (ds Dots) draw(p *pane) {
	f := face{size: textSize, color: ink}
	for _, d := range ds {
		at := p.at(d.Point.Y, d.Row)
		if d.Point.interval() {
			p.line(translucent(d.Style.Color, 0xa0), 4, nil, p.at(*d.Point.Lo, d.Row), p.at(*d.Point.Hi, d.Row))
		}
		p.marker(d.Style.Marker, at, markerSize*1.3, d.Style.Color, d.Point.Bound != Exact)
		above, below := vg.Point{X: at.X, Y: at.Y + 14}, vg.Point{X: at.X, Y: at.Y - 14}
		spots := []spot{{above, align{0.5, 0}, 0}, {below, centreTop, 2}}
		for _, side := range []float64{0, 1} { // near the frame's sides
			spots = append(spots, spot{above, align{side, 0}, 4}, spot{below, align{side, 1}, 6})
		}
		p.label(d.Text, f, spots)
	}
}

// turned makes panels of series of one point into panels of rows, one for each
// series of any panel.
func turned(panels []Panel) []Panel {
	var names []string
	for _, s := range legendOf(panels) {
		names = append(names, s.Label)
	}
	rows := categoryAxis("", names)
	rows.Min, rows.Max = rows.Max, rows.Min // the first on top
	var out []Panel
	for _, panel := range panels {
		var dots Dots
		for _, s := range panel.Series {
			for _, pt := range s.Points {
				if pt.Missing() {
					continue
				}
				text := pt.Bound.words() + panel.Y.label(rounded(pt))
				dots = append(dots, Dot{float64(slices.Index(names, s.Label)), s.Style, pt, text})
			}
		}
		next := Panel{Title: panel.Title, X: panel.Y, Y: rows}
		for _, l := range panel.Layers {
			if r, ok := l.(Reference); ok {
				r.Upright = true
				next.Layers = append(next.Layers, r)
			}
		}
		next.Layers = append(next.Layers, dots)
		out = append(out, next)
	}
	return out
}

// rounded leaves as many digits as an interval supports: three where it is known
// to 2 %, else two.
func rounded(p Point) float64 {
	if p.interval() && (*p.Hi-*p.Lo)/2 < 0.02*p.Y {
		return significant(p.Y, 3)
	}
	return significant(p.Y, 2)
}
