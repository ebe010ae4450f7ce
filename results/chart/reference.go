package chart

import (
	"slices"

	"gonum.org/v1/plot/vg"
)

// A Reference is a named level, such as a limit or a claimed ratio.
type Reference struct {
	Y       float64
	Name    string
	Upright bool // the level is of the horizontal axis
}

var referenceFace = face{size: noteSize, color: softInk}

func (r Reference) strokes(p *pane) [][]vg.Point {
	if r.Upright {
		x := p.at(r.Y, p.panel.Y.Min).X
		return [][]vg.Point{{{X: x, Y: p.frame.Min.Y}, {X: x, Y: p.frame.Max.Y}}}
	}
	y := p.at(p.panel.X.Min, r.Y).Y
	return [][]vg.Point{{{X: p.frame.Min.X, Y: y}, {X: p.frame.Max.X, Y: y}}}
}

func (r Reference) draw(p *pane) {
	stroke := r.strokes(p)[0]
	p.line(refInk, 1.4, nil, stroke...)
	if r.Upright {
		top := stroke[1]
		p.label(r.Name, referenceFace, []spot{
			{vg.Point{X: top.X + 6, Y: top.Y}, leftTop, 0},
			{vg.Point{X: top.X - 6, Y: top.Y}, align{1, 1}, 1},
			{vg.Point{X: top.X + 6, Y: top.Y - 22}, leftTop, 2},
			{vg.Point{X: top.X - 6, Y: top.Y - 22}, align{1, 1}, 3},
		})
		return
	}
	y := stroke[0].Y
	// The line's name hides least where no series runs beside it.
	var spots []spot
	width := p.frame.Size().X - referenceFace.width(r.Name) - 16
	for i := range 25 {
		x := p.frame.Max.X - 8 - width*vg.Length(i)/24 - referenceFace.width(r.Name)
		spots = append(spots,
			spot{vg.Point{X: x, Y: y + 4}, align{0, 0}, 0},
			spot{vg.Point{X: x, Y: y - 4}, leftTop, 0})
	}
	p.label(r.Name, referenceFace, spots)
}

// A Crossing is where a line passes a level, marked on the horizontal axis
// with its figure.
type Crossing struct {
	At    XY
	Label string
	Style Style
}

// Crossings draws them in order, their figures at different heights where they
// are close.
type Crossings []Crossing

func (cs Crossings) strokes(p *pane) [][]vg.Point {
	var out [][]vg.Point
	for _, c := range cs {
		top := p.at(c.At.X, c.At.Y)
		out = append(out, []vg.Point{top, {X: top.X, Y: p.frame.Min.Y}})
	}
	return out
}

func (cs Crossings) draw(p *pane) {
	for i, stem := range cs.strokes(p) {
		c, foot := cs[i], stem[1]
		p.line(c.Style.Color, 1.6, dashes[2], stem...)
		p.FillPolygon(c.Style.Color, []vg.Point{foot, {X: foot.X - 7, Y: foot.Y + 11}, {X: foot.X + 7, Y: foot.Y + 11}})
	}
	ordered := slices.Clone(cs)
	slices.SortFunc(ordered, func(a, b Crossing) int {
		switch {
		case a.At.X < b.At.X:
			return -1
		case a.At.X > b.At.X:
			return 1
		}
		return 0
	})
	for i, c := range ordered {
		if i > 0 && c.Label == ordered[i-1].Label {
			continue // two lines cross at the same figure
		}
		x := p.at(c.At.X, c.At.Y).X
		f := face{size: textSize, bold: true, color: readable(c.Style.Color)}
		var spots []spot
		for row := range 12 {
			higher := 8 * float64(row)
			y := p.frame.Min.Y + 14 + vg.Length(row)*f.lineHeight()
			left := spot{vg.Point{X: x - 10, Y: y}, align{1, 0}, higher}
			right := spot{vg.Point{X: x + 10, Y: y}, align{0, 0}, higher}
			if 2*i < len(ordered) { // outwards from the middle
				spots = append(spots, left, right)
			} else {
				spots = append(spots, right, left)
			}
		}
		p.label(c.Label, f, spots)
	}
}
