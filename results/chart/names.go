package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// A Name is the value of a further factor beside a point.
type Name struct {
	At    XY
	Text  string
	Style Style
}

// Names are written in order; one that another of the same text stands for, its
// point being as good as the same, is left out.
type Names []Name

func (Names) strokes(*pane) [][]vg.Point { return nil }

func (ns Names) draw(p *pane) {
	for i, n := range ns {
		at := p.at(n.At.X, n.At.Y)
		said := slices.ContainsFunc(ns[:i], func(o Name) bool {
			q := p.at(o.At.X, o.At.Y)
			return o.Text == n.Text && math.Hypot(float64(at.X-q.X), float64(at.Y-q.Y)) < float64(2*markerSize)
		})
		if !said {
			n.draw(p)
		}
	}
}

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
