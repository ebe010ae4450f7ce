package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// A Figure is one picture before it is drawn: pure data, so that what a chart
// says can be tested without looking at pixels.
type Figure struct {
	Name     string // of the file, without its ending
	Title    string // the finding with its figure
	Subtitle string // what is drawn, and what all of it has in common
	Panels   []Panel
	Notes    []string // what a reader must know to read the points aright
	Footer   string   // the machine and the run

	// Stacked panels stand below each other over one horizontal axis, each with a
	// vertical axis of its own.
	Stacked bool

	suffix string // of Name, where another figure has the same
}

// A Panel is one pair of axes.
type Panel struct {
	Title  string // empty where there is one panel
	X, Y   Axis
	Series []Series
	Layers []Layer // drawn in order, below the series
	Beside []Tick  // texts at the right of the frame, by places of Y
}

// A Layer is anything else a panel shows, such as a limit.
type Layer interface {
	strokes(p *pane) [][]vg.Point // what labels should keep clear of
	draw(p *pane)
}

// A Series is one line. Breaks are points whose Y is NaN.
type Series struct {
	Label  string // what tells it from every other series
	Name   string // its value of the series factor alone
	Style  Style
	Points []Point // measured, in the order of X
	Trace  []XY    // a finer line to draw in place of one through Points
	Flat   bool    // the factor on the horizontal axis does not apply: one point, true everywhere
	Dodge  float64 // how far it stands aside on a category axis, in places
}

// XY is a place in the units of the axes.
type XY struct{ X, Y float64 }

// A Point is a figure with its interval, nil where there is none.
type Point struct {
	X, Y   float64
	Lo, Hi *float64
	Bound  Bound
}

// missing marks where a figure should be and none was measured.
func missing(x float64) Point { return Point{X: x, Y: math.NaN()} }

// Missing tells whether there is no figure.
func (p Point) Missing() bool { return math.IsNaN(p.Y) }

// last returns where the line of a series ends.
func (s Series) last() (XY, bool) {
	if n := len(s.Trace); n > 0 {
		return s.Trace[n-1], true
	}
	for i := len(s.Points) - 1; i >= 0; i-- {
		if p := s.Points[i]; !p.Missing() {
			return XY{p.X, p.Y}, true
		}
	}
	return XY{}, false
}
