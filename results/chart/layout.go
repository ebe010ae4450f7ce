package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// Heights of a picture with one row of panels, and of each further row.
const (
	oneRow     vg.Length = 750
	anotherRow vg.Length = 330
)

// grid returns how n panels are laid out.
func grid(n int) (rows, cols int) {
	switch {
	case n <= 3:
		return 1, n
	case n == 4:
		return 2, 2
	}
	return (n + 2) / 3, 3
}

// layout draws a figure: title, subtitle, legend, panels, notes and footer from
// top to bottom. Dots per inch change nothing but the number of pixels.
func layout(fig Figure, dpi int) *canvas {
	nrows, ncols := grid(len(fig.Panels))
	if fig.Stacked {
		nrows, ncols = len(fig.Panels), 1
	}
	c := newCanvas(oneRow+anotherRow*vg.Length(nrows-1), dpi)
	area := vg.Rectangle{Min: vg.Point{X: margin, Y: 22}, Max: vg.Point{X: c.Max.X - margin, Y: c.Max.Y - 26}}

	area.Max.Y = c.paragraph(fig.Title, face{size: titleSize, bold: true, color: ink}, area) - 4
	area.Max.Y = c.paragraph(fig.Subtitle, face{size: textSize, color: softInk}, area) - 14
	area.Min.Y = c.footing([]string{fig.Footer}, face{size: footerSize, color: footerInk}, area) + 6
	area.Min.Y = c.footing(fig.Notes, face{size: noteSize, color: softInk}, area) + 10

	if fig.Stacked {
		c.stacked(fig.Panels, area)
	} else if len(fig.Panels) == 1 {
		c.single(fig.Panels[0], area)
	} else {
		c.multiples(fig.Panels, area, nrows, ncols)
	}
	return c
}

// paragraph writes wrapped text at the top of an area and returns its foot.
func (c *canvas) paragraph(s string, f face, area vg.Rectangle) vg.Length {
	y := area.Max.Y
	for _, line := range f.wrap(s, area.Size().X) {
		c.write(line, f, vg.Point{X: area.Min.X, Y: y}, leftTop)
		y -= f.lineHeight()
	}
	return y
}

// footing writes wrapped texts at the foot of an area and returns their head.
func (c *canvas) footing(texts []string, f face, area vg.Rectangle) vg.Length {
	y := area.Min.Y
	for _, s := range slices.Backward(texts) {
		for _, line := range slices.Backward(f.wrap(s, area.Size().X)) {
			c.write(line, f, vg.Point{X: area.Min.X, Y: y}, align{0, 0})
			y += f.lineHeight()
		}
	}
	return y
}

// axisFoot is the room below a frame for tick labels and the axis title.
const axisFoot = tickLength + 4 + textSize*2 + 12

// yLabelWidth is the room left of a frame.
func yLabelWidth(a Axis) vg.Length {
	var w vg.Length
	for _, t := range a.Ticks {
		w = max(w, tickFace.width(t.Label))
	}
	return w + 12
}

func (c *canvas) axisTitles(panel Panel, top, left vg.Length, frame vg.Rectangle) {
	c.write(panel.Y.Title, labelFace, vg.Point{X: left, Y: top}, leftTop)
	c.write(panel.X.Title, labelFace, vg.Point{X: (frame.Min.X + frame.Max.X) / 2, Y: frame.Min.Y - axisFoot + textSize}, centreTop)
}

// widestColumn is how much of the width names beside the plot may take.
const widestColumn = 0.3

// single draws one panel, its series named at the ends of their lines or, where
// they collide, in a column beside the plot; names too long for a column stand
// above it.
func (c *canvas) single(panel Panel, area vg.Rectangle) {
	named := len(panel.Series) > 1 || (len(panel.Series) == 1 && panel.Series[0].Label != "")
	if named && widest(panel.Series) > area.Size().X*widestColumn {
		area.Max.Y = c.legendRows(panel.Series, area) - 8
		named = false
	}
	frame := area
	frame.Min.X += yLabelWidth(panel.Y)
	frame.Min.Y += axisFoot
	if panel.Y.Title != "" {
		frame.Max.Y -= textSize + 14
	}
	if named {
		frame.Max.X -= widest(panel.Series) + 20
	}
	var beside vg.Length
	for _, t := range panel.Beside {
		beside = max(beside, tickFace.width(t.Label)+16)
	}
	frame.Max.X -= beside
	p := newPane(c, panel, frame)
	c.axisTitles(panel, area.Max.Y, area.Min.X, frame)
	heights, atEnds := p.endLabels()
	if named && atEnds {
		for i, s := range panel.Series {
			c.entry(s, vg.Point{X: frame.Max.X + 16, Y: heights[i]})
		}
	} else if named {
		y := frame.Max.Y - textSize
		for _, s := range byEnd(panel.Series) {
			c.entry(s, vg.Point{X: frame.Max.X + 16, Y: y})
			y -= textSize * 1.5
		}
	}
	p.draw(true)
}

// byEnd sorts series as their lines end, the highest first, so that the eye
// goes from line to name without crossing others.
func byEnd(series []Series) []Series {
	height := func(s Series) float64 {
		if last, ok := s.last(); ok {
			return last.Y
		}
		return math.Inf(-1)
	}
	out := slices.Clone(series)
	slices.SortStableFunc(out, func(a, b Series) int {
		switch ya, yb := height(a), height(b); {
		case ya > yb:
			return -1
		case ya < yb:
			return 1
		}
		return 0
	})
	return out
}

// legendRows writes a legend across the top of an area and returns its foot.
func (c *canvas) legendRows(legend []Series, area vg.Rectangle) vg.Length {
	y := area.Max.Y
	for _, row := range rows(legend, area.Size().X) {
		x := area.Min.X
		for _, s := range row {
			c.entry(s, vg.Point{X: x, Y: y - textSize/2})
			x += entryWidth(s) + legendGap
		}
		y -= textSize * 1.5
	}
	return y
}

// multiples draws panels on axes of one range under one legend.
func (c *canvas) multiples(panels []Panel, area vg.Rectangle, nrows, ncols int) {
	area.Max.Y = c.legendRows(legendOf(panels), area) - 8
	left := yLabelWidth(panels[0].Y)
	const between, head = vg.Length(44), textSize + 14
	plots := area
	plots.Min.X += left
	plots.Min.Y += axisFoot
	plots.Max.Y -= textSize + 12
	c.axisTitles(panels[0], area.Max.Y, area.Min.X, plots)

	width := (plots.Size().X - between*vg.Length(ncols-1)) / vg.Length(ncols)
	foot := tickLength + textSize + 10
	height := (plots.Size().Y - foot*vg.Length(nrows-1)) / vg.Length(nrows)
	for i, panel := range panels {
		row, col := vg.Length(i/ncols), vg.Length(i%ncols)
		low := vg.Point{X: plots.Min.X + col*(width+between), Y: plots.Max.Y - (row+1)*height - row*foot}
		frame := vg.Rectangle{Min: low, Max: vg.Point{X: low.X + width, Y: low.Y + height - head}}
		newPane(c, panel, frame).draw(col == 0)
	}
}
