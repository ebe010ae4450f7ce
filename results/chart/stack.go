package chart

import "gonum.org/v1/plot/vg"

// stacked draws panels below each other: one horizontal axis, which the lowest
// names, and one left and right edge, so that what happens at one time stands on
// one vertical line.
func (c *canvas) stacked(panels []Panel, area vg.Rectangle) {
	var left, right vg.Length
	for _, p := range panels {
		left = max(left, yLabelWidth(p.Y))
		right = max(right, widest(p.Series)+20)
	}
	const head, foot = textSize + 14, tickLength + textSize + 10
	bottom := area.Min.Y + axisFoot - foot
	height := (area.Max.Y - bottom) / vg.Length(len(panels))
	for i, panel := range panels {
		top := area.Max.Y - height*vg.Length(i)
		frame := vg.Rectangle{
			Min: vg.Point{X: area.Min.X + left, Y: top - height + foot},
			Max: vg.Point{X: area.Max.X - right, Y: top - head},
		}
		c.write(panel.Y.Title, labelFace, vg.Point{X: area.Min.X, Y: top}, leftTop)
		y := frame.Max.Y - textSize/2
		for _, s := range panel.Series {
			c.entry(s, vg.Point{X: frame.Max.X + 12, Y: y})
			y -= textSize * 1.4
		}
		newPane(c, panel, frame).draw(true)
		if i == len(panels)-1 {
			c.write(panel.X.Title, labelFace, vg.Point{X: (frame.Min.X + frame.Max.X) / 2, Y: frame.Min.Y - axisFoot + textSize}, centreTop)
		}
	}
}
