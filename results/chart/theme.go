package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// Type sizes and strokes, in points of a canvas 1200 points wide.
const (
	titleSize  vg.Length = 28
	textSize   vg.Length = 18 // ticks, axis titles, labels, legend
	noteSize   vg.Length = 16
	footerSize vg.Length = 14
	margin     vg.Length = 32
	lineWidth  vg.Length = 2.6
	hairline   vg.Length = 1
	markerSize vg.Length = 6 // radius
)

var (
	ink       = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}
	softInk   = color.NRGBA{R: 0x55, G: 0x55, B: 0x55, A: 0xff}
	footerInk = color.NRGBA{R: 0x6e, G: 0x6e, B: 0x6e, A: 0xff}
	refInk    = color.NRGBA{R: 0x8a, G: 0x8a, B: 0x8a, A: 0xff}
	gridInk   = color.NRGBA{R: 0xe8, G: 0xe8, B: 0xe8, A: 0xff}
	paper     = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
)

// The Okabe-Ito colours (jfly.uni-koeln.de/color), which colour-blind readers
// tell apart. Their yellow is left out: a yellow line on white is not seen.
var (
	black      = color.NRGBA{R: 0x00, G: 0x00, B: 0x00, A: 0xff}
	orange     = color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}
	skyBlue    = color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}
	green      = color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}
	blue       = color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	vermillion = color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
	purple     = color.NRGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}
)

// A Style is what tells one series from another: colour and marker name the
// value of the series factor, the dash any further factor.
type Style struct {
	Color  color.NRGBA
	Marker Marker
	Dash   int // index into dashes
}

// dashes are strokes from plain to broken; index 0 is a full line.
var dashes = [][]vg.Length{nil, {10, 5}, {3, 4}, {12, 4, 3, 4}}

// strategyStyles gives each strategy the same look in every chart. There are
// seven colours: strategies that share one are seldom compared and differ in
// their markers.
var strategyStyles = map[string]Style{
	"direct":   {Color: black, Marker: Circle},
	"rawwrite": {Color: purple, Marker: Diamond},
	"bufio":    {Color: blue, Marker: Square},
	"writev":   {Color: vermillion, Marker: TriangleUp},
	"cork":     {Color: green, Marker: TriangleDown},
	"more":     {Color: skyBlue, Marker: Pentagon},
	"zerocopy": {Color: orange, Marker: Star},
	"ring":     {Color: purple, Marker: Hexagon},
	"pipeline": {Color: green, Marker: Plus},
	"splice":   {Color: orange, Marker: Cross},
	"readfrom": {Color: skyBlue, Marker: Hexagon},
}

// cycle is the order of looks for series that are not strategies.
var cycle = []Style{
	{Color: blue, Marker: Circle},
	{Color: vermillion, Marker: Square},
	{Color: green, Marker: TriangleUp},
	{Color: purple, Marker: Diamond},
	{Color: orange, Marker: TriangleDown},
	{Color: skyBlue, Marker: Pentagon},
	{Color: black, Marker: Star},
	{Color: blue, Marker: Hexagon},
	{Color: vermillion, Marker: Plus},
	{Color: green, Marker: Cross},
}

// seriesStyle returns the look of the i-th value of a series factor. A
// strategy the table does not know gets one from its name, so that it too
// looks the same in every chart.
func seriesStyle(factor, value string, i int) Style {
	if factor != "strategy" {
		return cycle[i%len(cycle)]
	}
	if s, ok := strategyStyles[value]; ok {
		return s
	}
	sum := 0
	for _, b := range []byte(value) {
		sum += int(b)
	}
	return cycle[sum%len(cycle)]
}

// readable darkens a colour until text in it is read easily on white.
func readable(c color.NRGBA) color.NRGBA {
	for luma(c) > 110 {
		c.R, c.G, c.B = c.R/10*9, c.G/10*9, c.B/10*9
	}
	return c
}

// luma is how bright a colour looks, from 0 to 255 (ITU-R BT.601).
func luma(c color.NRGBA) float64 {
	return 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
}

func translucent(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}
