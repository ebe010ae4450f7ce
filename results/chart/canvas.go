package chart

import (
	"bytes"
	"image/color"
	"image/png"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// A picture is 1200 points wide, the width a README shows; a file has twice as
// many pixels each way, for sharp screens.
const (
	pictureWidth vg.Length = 1200
	sharp                  = 2 * 72 // dots per inch; at 72 a point is a pixel
)

// A canvas is a picture in the making. It remembers where text stands, so that
// labels can keep clear of each other.
type canvas struct {
	draw.Canvas
	image *vgimg.Canvas
	texts []placedText
}

type placedText struct {
	text string
	box  vg.Rectangle
}

func newCanvas(height vg.Length, dpi int) *canvas {
	img := vgimg.NewWith(vgimg.UseWH(pictureWidth, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(paper))
	return &canvas{Canvas: draw.New(img), image: img}
}

// A face is how a text looks.
type face struct {
	size  vg.Length
	bold  bool
	color color.NRGBA
}

func (f face) style() text.Style {
	name := plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: f.size}
	if f.bold {
		name.Weight = font.WeightBold
	}
	return text.Style{Color: f.color, Font: name, Handler: plot.DefaultTextHandler}
}

func (f face) width(s string) vg.Length { return f.style().Width(s) }

// lineHeight is the room a line of text takes.
func (f face) lineHeight() vg.Length { return f.size * 1.28 }

// wrap breaks a text between words so that no line is wider than width.
func (f face) wrap(s string, width vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range boundWords(s) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && f.width(longer) > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// boundWords splits a text where a line may end: not between a figure and its
// unit.
func boundWords(s string) []string {
	var out []string
	for _, word := range strings.Fields(s) {
		if n := len(out); n > 0 && len(word) <= 5 && endsInDigit(out[n-1]) {
			out[n-1] += " " + word
			continue
		}
		out = append(out, word)
	}
	return out
}

func endsInDigit(s string) bool { return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' }

// align says which point of a text's box is given.
type align struct{ x, y float64 }

var (
	leftTop     = align{0, 1}
	leftMiddle  = align{0, 0.5}
	rightMiddle = align{1, 0.5}
	centreTop   = align{0.5, 1}
)

// box is the room a text takes: one line high, whatever its letters.
func (f face) box(s string, at vg.Point, a align) vg.Rectangle {
	w, h := f.width(s), f.size
	low := vg.Point{X: at.X - vg.Length(a.x)*w, Y: at.Y - vg.Length(a.y)*h}
	return vg.Rectangle{Min: low, Max: vg.Point{X: low.X + w, Y: low.Y + h}}
}

// write draws one line of text.
func (c *canvas) write(s string, f face, at vg.Point, a align) {
	box := f.box(s, at, a)
	c.texts = append(c.texts, placedText{s, box})
	c.SetColor(f.color)
	// Descenders end a fifth of the size below the baseline.
	name := f.style().Font
	c.FillString(plotfont.DefaultCache.Lookup(name, f.size), vg.Point{X: box.Min.X, Y: box.Min.Y + f.size*0.2}, s)
}

// free tells whether a box meets no text drawn so far.
func (c *canvas) free(box vg.Rectangle) bool {
	for _, t := range c.texts {
		if overlap(t.box, box) {
			return false
		}
	}
	return true
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

// line strokes a polyline.
func (c *canvas) line(col color.NRGBA, width vg.Length, dash []vg.Length, points ...vg.Point) {
	if len(points) < 2 {
		return
	}
	c.StrokeLines(draw.LineStyle{Color: col, Width: width, Dashes: dash}, points)
}

// encode returns the picture as a PNG file.
func (c *canvas) encode() ([]byte, error) {
	var data bytes.Buffer
	err := png.Encode(&data, c.image.Image())
	return data.Bytes(), err
}
