package chart

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// coarse pictures are quick to draw; their texts stand where those of sharp
// ones do.
const (
	coarse = 6
	quick  = 24
)

// TestDraw checks every file: a PNG of the promised width that is not blank. One
// is as sharp as a run's; the others are quick to draw.
// With PUSHBENCH_CHARTS=DIR it draws all samples, and the files stay there to be
// looked at.
func TestDraw(t *testing.T) {
	keep := os.Getenv("PUSHBENCH_CHARTS")
	drawn := samples()
	if keep == "" {
		drawn = map[string]*run{"plain": drawn["plain"], "latency": drawn["latency"], "tiles": drawn["tiles"], "networks": drawn["networks"], "windows": drawn["windows"], "lone": drawn["lone"]}
		drawn["plain"].m.Plan.Charts = drawn["plain"].m.Plan.Charts[1:2]
	}
	for name, r := range drawn {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if keep != "" {
				dir = filepath.Join(keep, name)
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			dpi := quick
			if name == "plain" || keep != "" {
				dpi = sharp
			}
			files, err := drawAt(dpi, dir, r.m, r.s, r.hists)
			if err != nil {
				t.Fatal(err)
			}
			if len(files) < len(r.m.Plan.Charts) {
				t.Errorf("%d files for %d charts: %v", len(files), len(r.m.Plan.Charts), files)
			}
			for _, f := range files {
				checkPNG(t, filepath.Join(dir, f), dpi)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if keep == "" && len(entries) != len(files) {
				t.Errorf("%d files in the directory, %d returned", len(entries), len(files))
			}
		})
	}
}

func checkPNG(t *testing.T, path string, dpi int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	size := img.Bounds().Size()
	if want := int(pictureWidth) * dpi / 72; size.X != want || size.Y < int(oneRow)*dpi/72 {
		t.Errorf("%s is %v, want %d wide", path, size, want)
	}
	colours := map[[3]uint32]bool{}
	for y := 0; y < size.Y; y += 10 {
		for x := 0; x < size.X; x += 10 {
			r, g, b, _ := img.At(x, y).RGBA()
			colours[[3]uint32{r, g, b}] = true
		}
	}
	if len(colours) < 10 {
		t.Errorf("%s has %d colours: is anything drawn?", path, len(colours))
	}
}

// TestTexts checks of every sample that no text leaves the canvas or stands on
// another, and that each series is named once.
func TestTexts(t *testing.T) {
	for name, r := range samples() {
		for _, fig := range r.figures(t) {
			c := layout(fig, coarse)
			if problems := c.crowding(); len(problems) > 0 {
				t.Errorf("%s, %s:\n%s", name, fig.Name, strings.Join(problems, "\n"))
			}
			written := map[string]int{}
			for _, text := range c.texts {
				written[text.text]++
			}
			for _, s := range legendOf(fig.Panels) {
				if written[s.Label] != 1 {
					t.Errorf("%s, %s: %q is written %d times", name, fig.Name, s.Label, written[s.Label])
				}
			}
		}
	}
}

// crowding lists texts outside the canvas or over each other.
func (c *canvas) crowding() []string {
	var out []string
	for i, a := range c.texts {
		if a.box.Min.X < 0 || a.box.Min.Y < 0 || a.box.Max.X > c.Max.X || a.box.Max.Y > c.Max.Y {
			out = append(out, "outside the canvas: "+a.text)
		}
		for _, b := range c.texts[:i] {
			if overlap(a.box, b.box) {
				out = append(out, "over each other: "+a.text+" | "+b.text)
			}
		}
	}
	return out
}

func TestCrowdingIsSeen(t *testing.T) {
	c := newCanvas(oneRow, coarse)
	c.write("one", labelFace, vg.Point{X: 100, Y: 100}, leftTop)
	c.write("two", labelFace, vg.Point{X: 110, Y: 104}, leftTop)
	c.write("cut", labelFace, vg.Point{X: pictureWidth - 5, Y: 300}, leftTop)
	if got := c.crowding(); len(got) != 2 {
		t.Errorf("want two problems, got %q", got)
	}
}

func TestPointsLieInTheirFrame(t *testing.T) {
	for name, r := range samples() {
		for _, fig := range r.figures(t) {
			for _, panel := range fig.Panels {
				for _, s := range panel.Series {
					for _, p := range s.Points {
						if p.Missing() {
							continue
						}
						for _, y := range []*float64{&p.Y, p.Lo, p.Hi} {
							if y == nil {
								continue
							}
							if at := panel.Y.place(*y); at < 0 || at > 1 {
								t.Errorf("%s, %s, %s: %g lies at %g of the axis", name, fig.Name, s.Label, *y, at)
							}
						}
					}
				}
			}
		}
	}
}
