package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// Tiles are ratios on a grid of columns and rows; Upwards names the rows.
type Tiles struct {
	Columns, Rows int
	All           map[[2]int]Point // by column and row; those without a figure are absent
	Upwards       Axis
	Extreme       float64 // logarithm of the ratio that has the strongest colour
}

func (t Tiles) limited() bool {
	for _, p := range t.All {
		if p.Bound != Exact {
			return true
		}
	}
	return false
}

// shade returns the colour of a ratio: blue above 1, orange below, paper at 1,
// which eyes of every kind tell apart.
func (t Tiles) shade(ratio float64) color.NRGBA {
	far, share := blue, math.Log(ratio)/t.Extreme
	if share < 0 {
		far, share = orange, -share
	}
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (float64(b)-float64(a))*math.Min(1, share)))
	}
	return color.NRGBA{R: mix(paper.R, far.R), G: mix(paper.G, far.G), B: mix(paper.B, far.B), A: 0xff}
}

func (Tiles) strokes(*pane) [][]vg.Point { return nil }

func (t Tiles) draw(p *pane) {
	for column := range t.Columns {
		for row := range t.Rows {
			x, y := float64(column), float64(row)
			low, high := p.at(x-0.5, y-0.5), p.at(x+0.5, y+0.5)
			box := vg.Rectangle{Min: vg.Point{X: low.X + 1, Y: low.Y + 1}, Max: vg.Point{X: high.X - 1, Y: high.Y - 1}}
			pt, ok := t.All[[2]int{column, row}]
			if !ok {
				p.write("·", face{size: textSize, color: softInk}, p.at(x, y), align{0.5, 0.5})
				continue
			}
			t.tile(p, box, pt)
		}
	}
}

// tile paints one ratio, hatched where it has no interval, and writes the
// figure and, where there is room, the interval.
func (t Tiles) tile(p *pane, box vg.Rectangle, pt Point) {
	fill := t.shade(pt.Y)
	p.SetColor(fill)
	p.Fill(box.Path())
	text := ink
	if luma(fill) < 140 {
		text = paper
	}
	if !pt.interval() {
		p.hatch(box, translucent(text, 0x38))
	}
	middle := vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y + box.Max.Y) / 2}
	f := face{size: min(textSize, box.Size().Y*0.8), bold: true, color: text}
	figure := [...]string{"", "≥ ", "≤ ", "≈ "}[pt.Bound] + times(pt.Y, pt.Lo, pt.Hi)
	small := face{size: footerSize, color: text}
	if pt.interval() {
		between := digits(*pt.Lo, 2) + " to " + digits(*pt.Hi, 2)
		if box.Size().Y > 2.6*textSize && small.width(between) < box.Size().X-8 {
			p.onTile(between, small, fill, vg.Point{X: middle.X, Y: middle.Y - 4}, centreTop)
			middle.Y += f.size / 2
		}
	}
	if f.width(figure) < box.Size().X-4 {
		p.onTile(figure, f, fill, middle, align{0.5, 0.5})
	}
}

// onTile writes a text over whatever line crosses its tile.
func (p *pane) onTile(s string, f face, fill color.NRGBA, at vg.Point, a align) {
	p.late = append(p.late, func() {
		p.SetColor(translucent(fill, 0xd8))
		p.Fill(f.box(s, at, a).Path())
		p.write(s, f, at, a)
	})
}

// hatch rules a box with strokes that rise to the right.
func (p *pane) hatch(box vg.Rectangle, col color.NRGBA) {
	const step = vg.Length(12)
	size := box.Size()
	for d := step - size.Y; d < size.X; d += step {
		from, to := max(0, d), min(size.X, d+size.Y)
		p.line(col, 1.5, nil, vg.Point{X: box.Min.X + from, Y: box.Min.Y + from - d}, vg.Point{X: box.Min.X + to, Y: box.Min.Y + to - d})
	}
}

// crossings returns where a column crosses a level, in rows counted from the
// middle of the lowest, on straight lines of logarithms between middles.
func (t Tiles) crossings(column int, level float64) []float64 {
	var out []float64
	for row := range t.Rows - 1 {
		if at, ok := t.between([2]int{column, row}, [2]int{column, row + 1}, level); ok {
			out = append(out, at.Y)
		}
	}
	return out
}

// between returns where the straight line from one middle to the next crosses
// a level. A figure at the level counts as above it.
func (t Tiles) between(a, b [2]int, level float64) (XY, bool) {
	p, ok := t.All[a]
	q, too := t.All[b]
	if !ok || !too || (p.Y >= level) == (q.Y >= level) {
		return XY{}, false
	}
	share := math.Log(level/p.Y) / math.Log(q.Y/p.Y)
	return XY{
		float64(a[0]) + float64(b[0]-a[0])*share,
		float64(a[1]) + float64(b[1]-a[1])*share,
	}, true
}

// A Contour is the line on which tiles reach a level.
type Contour struct {
	Tiles Tiles
	Level float64
	Name  string
}

// segments returns the line in pieces, two places for each square of four
// neighbouring middles it passes (marching squares).
func (c Contour) segments() [][2]XY {
	var out [][2]XY
	for column := range c.Tiles.Columns - 1 {
		for row := range c.Tiles.Rows - 1 {
			corners := [][2]int{{column, row}, {column + 1, row}, {column + 1, row + 1}, {column, row + 1}}
			var on []XY
			for i, a := range corners {
				if at, ok := c.Tiles.between(a, corners[(i+1)%4], c.Level); ok {
					on = append(on, at)
				}
			}
			for i := 0; i+1 < len(on); i += 2 {
				out = append(out, [2]XY{on[i], on[i+1]})
			}
		}
	}
	return out
}

func (c Contour) strokes(p *pane) [][]vg.Point {
	var out [][]vg.Point
	for _, s := range c.segments() {
		out = append(out, []vg.Point{p.at(s[0].X, s[0].Y), p.at(s[1].X, s[1].Y)})
	}
	return out
}

func (c Contour) draw(p *pane) {
	strokes := c.strokes(p)
	for _, s := range strokes {
		p.line(paper, 6, nil, s...)
	}
	for _, s := range strokes {
		p.line(ink, 2.6, nil, s...)
	}
	var spots []spot
	for _, s := range strokes {
		for _, at := range s {
			spots = append(spots, spot{vg.Point{X: at.X + 6, Y: at.Y + 4}, align{0, 0}, 0}, spot{vg.Point{X: at.X - 6, Y: at.Y + 4}, align{1, 0}, 0},
				spot{vg.Point{X: at.X + 6, Y: at.Y - 4}, leftTop, 0}, spot{vg.Point{X: at.X - 6, Y: at.Y - 4}, align{1, 1}, 0})
		}
	}
	if len(spots) > 0 {
		p.label(c.Name, face{size: noteSize, bold: true, color: ink}, spots)
	}
}
