package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// A pane is a panel given its place on a canvas.
type pane struct {
	*canvas
	panel Panel
	frame vg.Rectangle // of the data; tick labels stand outside
	lines [][]vg.Point // as drawn, which labels avoid
	late  []func()     // labels, which are written last so that nothing hides them
}

func newPane(c *canvas, panel Panel, frame vg.Rectangle) *pane {
	p := &pane{canvas: c, panel: panel, frame: frame}
	for _, s := range panel.Series {
		p.lines = append(p.lines, p.outline(s)...)
	}
	for _, l := range panel.Layers {
		p.lines = append(p.lines, l.strokes(p)...)
	}
	return p
}

// at returns where a place in the units of the axes lies on the canvas.
func (p *pane) at(x, y float64) vg.Point {
	size := p.frame.Size()
	return vg.Point{
		X: p.frame.Min.X + vg.Length(p.panel.X.place(x))*size.X,
		Y: p.frame.Min.Y + vg.Length(p.panel.Y.place(y))*size.Y,
	}
}

// draw paints the axes, then everything in them.
func (p *pane) draw(yLabels bool) {
	p.axes(yLabels)
	for _, l := range p.panel.Layers {
		l.draw(p)
	}
	for _, s := range p.panel.Series {
		p.intervals(s)
	}
	for i, s := range p.panel.Series {
		p.series(s, p.cover(i))
	}
	for _, write := range p.late {
		write()
	}
}

const tickLength vg.Length = 6

var (
	tickFace  = face{size: textSize, color: softInk}
	labelFace = face{size: textSize, color: ink}
	panelFace = face{size: textSize, bold: true, color: ink}
)

func (p *pane) axes(yLabels bool) {
	f := p.frame
	if p.panel.Title != "" {
		p.write(p.panel.Title, panelFace, vg.Point{X: f.Min.X, Y: f.Max.Y + 10}, align{0, 0})
	}
	for _, t := range p.yTicks() {
		y := p.at(p.panel.X.Min, t.At).Y
		p.line(gridInk, hairline, nil, vg.Point{X: f.Min.X, Y: y}, vg.Point{X: f.Max.X, Y: y})
		if yLabels {
			p.write(t.Label, tickFace, vg.Point{X: f.Min.X - 10, Y: y}, rightMiddle)
		}
	}
	for _, t := range p.panel.Beside {
		p.write(t.Label, labelFace, vg.Point{X: f.Max.X + 14, Y: p.at(p.panel.X.Min, t.At).Y}, leftMiddle)
	}
	for _, t := range p.panel.X.Ticks {
		x := p.at(t.At, p.panel.Y.Min).X
		p.line(softInk, hairline, nil, vg.Point{X: x, Y: f.Min.Y}, vg.Point{X: x, Y: f.Min.Y - tickLength})
	}
	middle := func(t Tick) float64 { return float64(p.at(t.At, p.panel.Y.Min).X) }
	extent := func(t Tick) float64 { return float64(tickFace.width(t.Label))/2 + 5 }
	for _, t := range fitting(p.panel.X.Ticks, middle, extent) {
		at := vg.Point{X: vg.Length(middle(t)), Y: f.Min.Y - tickLength - 4}
		// A label wider than the room beside its tick stays under the axis.
		half := tickFace.width(t.Label) / 2
		at.X = min(at.X, p.Max.X-half-4)
		p.write(t.Label, tickFace, at, centreTop)
	}
	p.line(softInk, 1.5, nil, f.Min, vg.Point{X: f.Max.X, Y: f.Min.Y})
	if x := p.panel.X; x.Zero > 0 && len(x.Ticks) > 1 {
		// Two slashes say that zero stands apart.
		middle := (p.at(0, p.panel.Y.Min).X + p.at(x.Ticks[1].At, p.panel.Y.Min).X) / 2
		for _, x := range []vg.Length{middle - 4, middle + 4} {
			p.line(softInk, 1.5, nil, vg.Point{X: x - 3, Y: f.Min.Y - 6}, vg.Point{X: x + 3, Y: f.Min.Y + 6})
		}
	}
}

// yTicks are those whose labels have room above each other.
func (p *pane) yTicks() []Tick {
	middle := func(t Tick) float64 { return float64(p.at(p.panel.X.Min, t.At).Y) }
	extent := func(Tick) float64 { return float64(textSize) * 0.75 }
	return fitting(p.panel.Y.Ticks, middle, extent)
}

// A spot is a place where a label may stand; cost says how far it is from where
// it would stand best, in points of a hidden line.
type spot struct {
	at    vg.Point
	align align
	cost  float64
}

// label writes a text, once all else is drawn, at the spot where it hides least.
func (p *pane) label(s string, f face, spots []spot) {
	p.late = append(p.late, func() { p.writeVeiled(s, f, spots) })
}

// writeVeiled writes a text on a veil of paper at the best of some spots, the
// first among equals.
func (p *pane) writeVeiled(s string, f face, spots []spot) {
	best, least := spots[0], math.Inf(1)
	for _, sp := range spots {
		if cost := sp.cost + p.cost(f.box(s, sp.at, sp.align)); cost < least {
			best, least = sp, cost
		}
	}
	box := f.box(s, best.at, best.align)
	veil := vg.Rectangle{Min: vg.Point{X: box.Min.X - 3, Y: box.Min.Y - 1}, Max: vg.Point{X: box.Max.X + 3, Y: box.Max.Y + 1}}
	p.SetColor(translucent(paper, 0xcc))
	p.Fill(veil.Path())
	p.write(s, f, best.at, best.align)
}

// cost says how much a label in a box would hide: other text or the frame's
// outside far more than a stretch of a line.
func (p *pane) cost(box vg.Rectangle) float64 {
	const forbidden = 1e6
	cost := 0.0
	if !p.free(box) {
		cost += forbidden
	}
	if box.Min.X < p.frame.Min.X || box.Max.X > p.frame.Max.X+10 || box.Min.Y < p.frame.Min.Y || box.Max.Y > p.frame.Max.Y+box.Size().Y {
		cost += forbidden
	}
	const gap = 4
	near := vg.Rectangle{Min: vg.Point{X: box.Min.X - gap, Y: box.Min.Y - gap}, Max: vg.Point{X: box.Max.X + gap, Y: box.Max.Y + gap}}
	for _, line := range p.lines {
		for i := 1; i < len(line); i++ {
			cost += float64(within(near, line[i-1], line[i]))
		}
	}
	return cost
}

// within returns about how long the part of a line inside a box is.
func within(box vg.Rectangle, a, b vg.Point) vg.Length {
	length := vg.Length(math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y)))
	steps := int(length/3) + 1
	inside := 0
	for i := range steps {
		t := (vg.Length(i) + 0.5) / vg.Length(steps)
		x, y := a.X+(b.X-a.X)*t, a.Y+(b.Y-a.Y)*t
		if x > box.Min.X && x < box.Max.X && y > box.Min.Y && y < box.Max.Y {
			inside++
		}
	}
	return length * vg.Length(inside) / vg.Length(steps)
}
