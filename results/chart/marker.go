package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// A Marker is the shape of a measured point.
type Marker int

// The markers.
const (
	Circle Marker = iota
	Square
	TriangleUp
	TriangleDown
	Diamond
	Pentagon
	Hexagon
	Star
	Plus
	Cross
)

// polygons gives each marker but Circle as corners on a ring: their number,
// the angle of the first in degrees, and the inner radius of every second
// corner as a share of the outer (1 is a plain polygon). Radii are scaled so
// that shapes look equally large.
var polygons = map[Marker]struct {
	corners            int
	angle, inner, size float64
}{
	Square:       {4, 45, 1, 1.25},
	TriangleUp:   {3, 90, 1, 1.35},
	TriangleDown: {3, -90, 1, 1.35},
	Diamond:      {4, 90, 1, 1.35},
	Pentagon:     {5, 90, 1, 1.15},
	Hexagon:      {6, 90, 1, 1.1},
	Star:         {10, 90, 0.45, 1.5},
	Plus:         {8, 90, 0.35, 1.5},
	Cross:        {8, 45, 0.35, 1.5},
}

// path returns the outline of the marker around a point.
func (m Marker) path(at vg.Point, radius vg.Length) vg.Path {
	var p vg.Path
	shape, ok := polygons[m]
	if !ok {
		p.Move(vg.Point{X: at.X + radius, Y: at.Y})
		p.Arc(at, radius, 0, 2*math.Pi)
		p.Close()
		return p
	}
	for i := range shape.corners {
		r := float64(radius) * shape.size
		if i%2 == 1 {
			r *= shape.inner
		}
		angle := (shape.angle + 360*float64(i)/float64(shape.corners)) * math.Pi / 180
		corner := vg.Point{X: at.X + vg.Length(r*math.Cos(angle)), Y: at.Y + vg.Length(r*math.Sin(angle))}
		if i == 0 {
			p.Move(corner)
		} else {
			p.Line(corner)
		}
	}
	p.Close()
	return p
}

// marker draws a measured point. A hollow one shows the paper inside: its
// value is a bound.
func (c *canvas) marker(m Marker, at vg.Point, radius vg.Length, col color.NRGBA, hollow bool) {
	p := m.path(at, radius)
	inside, edge := col, paper
	if hollow {
		inside, edge = paper, col
	}
	c.SetColor(inside)
	c.Fill(p)
	c.SetColor(edge)
	c.SetLineDash(nil, 0)
	c.SetLineWidth(hairline)
	if hollow {
		c.SetLineWidth(2)
	}
	c.Stroke(p)
}
