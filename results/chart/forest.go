package chart

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
)

// forestRows is how many rows a picture holds, the metrics' names included.
const forestRows = 16

// DrawForest writes the forest plot of a decision into dir, in several pictures
// where there are many comparisons, and returns the names of the files.
func DrawForest(dir string, m results.Manifest, d gate.Decision) (files []string, err error) {
	var problems []error
	for _, f := range Forest(m, d) {
		name := f.Name + ".png"
		data, err := layout(f, sharp).encode()
		if err == nil {
			err = results.WriteFileAtomic(filepath.Join(dir, name), data)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("chart %s: %w", name, err))
			continue
		}
		files = append(files, name)
	}
	return files, errors.Join(problems...)
}

// Forest makes the figures of a decision: the ratio of head to base with its
// interval, a row for each cell, under the names of the metrics.
func Forest(m results.Manifest, d gate.Decision) (out []Figure) {
	rows := forestOf(d.Comparisons)
	if len(rows) == 0 {
		return nil
	}
	axis := ratioAxis(d.Comparisons)
	common, names := cellNames(d.Comparisons)
	foot := footer(m, results.Summary{Blocks: d.Blocks, Scenario: d.Scenario}, nil)
	for page := 0; len(rows) > 0; page++ {
		n := pageEnd(rows)
		f := Figure{
			Name: "forest", Title: forestTitle(d), Subtitle: forestSubtitle(d, common), Footer: foot,
			Panels: []Panel{forestPanel(rows[:n], axis, names)}, Notes: []string{forestNote(d)},
		}
		if page > 0 {
			f.Name += fmt.Sprintf("-%d", page+1)
		}
		out = append(out, f)
		rows = rows[n:]
	}
	return out
}

// A forestRow is a comparison, or the name of the metric of those below it.
type forestRow struct {
	heading string
	of      gate.Comparison
}

func forestOf(cs []gate.Comparison) (rows []forestRow) {
	var metrics []string
	for _, c := range cs {
		if !slices.Contains(metrics, c.Metric) {
			metrics = append(metrics, c.Metric)
		}
	}
	for _, m := range metrics {
		heading := metricTitle(m)
		for _, c := range cs {
			if c.Metric != m {
				continue
			}
			if heading != "" && c.Better != "" {
				heading += ", " + c.Better + " is better"
			}
			if heading != "" {
				rows = append(rows, forestRow{heading: heading})
				heading = ""
			}
			rows = append(rows, forestRow{of: c})
		}
	}
	return rows
}

// pageEnd is how many rows go on a picture: no heading stands last.
func pageEnd(rows []forestRow) int {
	n := min(len(rows), forestRows)
	for n > 1 && n < len(rows) && rows[n-1].heading != "" {
		n--
	}
	return n
}

func forestPanel(rows []forestRow, x Axis, names map[string]string) Panel {
	y := Axis{Scale: Category, Min: float64(len(rows)) - 0.5, Max: -0.5} // the first on top
	panel := Panel{X: x}
	var all Forestry
	for i, r := range rows {
		at := float64(i)
		if r.heading != "" {
			all = append(all, ForestLine{Row: at, Heading: r.heading})
			continue
		}
		y.Ticks = append(y.Ticks, Tick{At: at, Label: names[r.of.Cell]})
		panel.Beside = append(panel.Beside, Tick{At: at, Label: ratioWords(r.of)})
		all = append(all, ForestLine{
			Row: at, Least: r.of.LeastDifference, Style: verdictStyles[r.of.Verdict], Hollow: r.of.Verdict == gate.Undecided,
			Ratio: r.of.Ratio, Lo: r.of.Lo, Hi: r.of.Hi,
		})
	}
	panel.Y = y
	panel.Layers = []Layer{all}
	return panel
}

// verdictStyles tell verdicts apart by colour and by shape.
var verdictStyles = map[gate.Verdict]Style{
	gate.Worse:      {Color: vermillion, Marker: TriangleDown},
	gate.Better:     {Color: blue, Marker: TriangleUp},
	gate.Same:       {Color: softInk, Marker: Circle},
	gate.Undecided:  {Color: orange, Marker: Diamond},
	gate.Unmeasured: {Color: purple, Marker: Cross},
}

// ratioWords says beside a row what it is.
func ratioWords(c gate.Comparison) string {
	text := string(c.Verdict)
	if c.Ratio != nil {
		text = fmt.Sprintf("%s×  %s", places(*c.Ratio), c.Verdict)
	}
	if c.Method == gate.Exactly {
		text += " (exact)"
	}
	return text
}

// places rounds a ratio to what tells it from 1: three places about there, fewer
// where it is large.
func places(r float64) string {
	if r >= 0.1 && r < 2 {
		return units.Places(r, 3)
	}
	return units.Digits(r, 3)
}

// ratioAxis covers the ratios and their intervals. A bound that is much further
// out than any ratio is left beyond the frame: it says little, and would make all
// else small.
func ratioAxis(cs []gate.Comparison) Axis {
	far := 0.0
	for _, c := range cs {
		far = max(far, 1.5*math.Log1p(c.LeastDifference), 0.03)
		if c.Ratio != nil && *c.Ratio > 0 {
			far = max(far, math.Abs(math.Log(*c.Ratio)))
		}
	}
	reach := far
	for _, c := range cs {
		for _, bound := range []*float64{c.Lo, c.Hi} {
			if bound != nil && *bound > 0 {
				reach = max(reach, min(math.Abs(math.Log(*bound)), 2*far))
			}
		}
	}
	a := Axis{Title: "Ratio of head to base", Scale: Log, Min: math.Exp(-reach), Max: math.Exp(reach)}.padded(0.03)
	if a.Max/a.Min > 4 {
		wide := logAxis(a.Title, []float64{a.Min, a.Max}, func(v float64) string { return digits(v, 3) + "×" })
		return wide
	}
	step := roundStep((a.Max - a.Min) / 8)
	for v := math.Ceil(a.Min/step) * step; v <= a.Max; v += step {
		a.Ticks = append(a.Ticks, Tick{At: v, Label: digits(v, 4) + "×", Minor: math.Abs(v-1) > step/2})
	}
	return a
}

func forestTitle(d gate.Decision) string {
	n := len(d.Comparisons)
	worst, found := mostTelling(d.Comparisons, gate.Worse)
	if !found {
		switch undecided := d.Count(gate.Undecided); {
		case d.Count(gate.Worse) > 0: // of what the base has nothing
			return fmt.Sprintf("%d of %s worse", d.Count(gate.Worse), plural(n, "comparison"))
		case d.Count(gate.Unmeasured) > 0:
			return fmt.Sprintf("%d of %s could not be measured", d.Count(gate.Unmeasured), plural(n, "comparison"))
		case undecided == n:
			return "Undecided: " + undecidedWords(n)
		case undecided > 0:
			return fmt.Sprintf("Nothing is worse, and %d of %d comparisons are undecided", undecided, n)
		}
		if best, better := mostTelling(d.Comparisons, gate.Better); better {
			return fmt.Sprintf("Nothing is worse, and %s is %s× the base", lower(metricTitle(best.Metric)), places(*best.Ratio))
		}
		return fmt.Sprintf("Nothing is worse in %s", plural(n, "comparison"))
	}
	return fmt.Sprintf("%d of %s worse: %s is %s× the base", d.Count(gate.Worse), plural(n, "comparison"), lower(metricTitle(worst.Metric)), places(*worst.Ratio))
}

func undecidedWords(n int) string {
	if n == 1 {
		return "the interval reaches across what would matter"
	}
	return fmt.Sprintf("none of %d intervals is clear of what would matter", n)
}

// mostTelling returns the comparison of that verdict whose ratio is furthest from 1.
func mostTelling(cs []gate.Comparison, v gate.Verdict) (most gate.Comparison, found bool) {
	far := -1.0
	for _, c := range cs {
		if c.Verdict != v || c.Ratio == nil || *c.Ratio <= 0 {
			continue
		}
		if distance := math.Abs(math.Log(*c.Ratio)); distance > far {
			far, most, found = distance, c, true
		}
	}
	return most, found
}

func forestSubtitle(d gate.Decision, common string) string {
	text := fmt.Sprintf("%s against %s", d.Head, d.Base)
	if d.Factor != "" {
		text = d.Factor + ": " + text
	}
	if common != "" {
		text += "; " + common
	}
	return text
}

func forestNote(d gate.Decision) string {
	text := "Grey: differences that do not matter."
	if d.Intervals == 1 {
		text += " Bars: the interval."
	} else if d.Intervals > 1 {
		text += fmt.Sprintf(" Bars: intervals, the confidence split among all %d (Bonferroni).", d.Intervals)
	}
	return text + " A bar that reaches the frame goes on beyond it."
}

// cellNames words cells by the factors in which they differ.
func cellNames(cs []gate.Comparison) (common string, names map[string]string) {
	counts := map[string]int{}
	names = map[string]string{}
	for _, c := range cs {
		if _, seen := names[c.Cell]; seen {
			continue
		}
		names[c.Cell] = ""
		for _, part := range strings.Split(c.Cell, ",") {
			counts[part]++
		}
	}
	for cell := range names {
		var own, shared []string
		for _, part := range strings.Split(cell, ",") {
			if counts[part] == len(names) {
				shared = append(shared, inWords(part))
			} else {
				own = append(own, inWords(part))
			}
		}
		common, names[cell] = strings.Join(shared, ", "), strings.Join(own, ", ")
	}
	return common, names
}

// inWords turns a part of a cell's identity into words.
func inWords(part string) string {
	factor, text, ok := strings.Cut(part, "=")
	if !ok {
		return part
	}
	var number float64
	if _, err := fmt.Sscanf(text, "%g", &number); err == nil && !strings.ContainsAny(text, "abcdfghijklmnopqrstuvwxyz") {
		return named(factor, number)
	}
	switch text {
	case "true", "false":
		return named(factor, text == "true")
	}
	return named(factor, text)
}

// Forestry are the rows of a forest plot.
type Forestry []ForestLine

// A ForestLine is one row: a heading, or a ratio with its interval and the range
// about 1 that does not matter.
type ForestLine struct {
	Row           float64
	Heading       string
	Least         float64
	Style         Style
	Hollow        bool
	Ratio, Lo, Hi *float64
}

func (f Forestry) strokes(*pane) [][]vg.Point { return nil }

func (f Forestry) draw(p *pane) {
	for _, l := range f {
		if l.Heading == "" {
			l.drawBand(p)
		}
	}
	x := p.at(1, p.panel.Y.Min).X
	p.line(refInk, 1.4, nil, vg.Point{X: x, Y: p.frame.Min.Y}, vg.Point{X: x, Y: p.frame.Max.Y})
	for _, l := range f {
		if l.Heading != "" {
			p.heading(l)
		} else {
			l.draw(p)
		}
	}
}

// heading stands across the row, from the margin of the names on.
func (p *pane) heading(l ForestLine) {
	at := vg.Point{X: margin, Y: p.at(1, l.Row).Y - 3}
	box := panelFace.box(l.Heading, at, leftMiddle)
	p.SetColor(paper)
	p.Fill(vg.Rectangle{Min: vg.Point{X: box.Min.X, Y: box.Min.Y - 2}, Max: vg.Point{X: box.Max.X + 8, Y: box.Max.Y + 2}}.Path())
	p.write(l.Heading, panelFace, at, leftMiddle)
}

func (l ForestLine) drawBand(p *pane) {
	if l.Least <= 0 {
		return
	}
	low, high := p.within(1/(1+l.Least)), p.within(1+l.Least)
	p.SetColor(gridInk)
	p.Fill(vg.Rectangle{Min: p.at(low, l.Row+0.5), Max: p.at(high, l.Row-0.5)}.Path())
}

func (l ForestLine) draw(p *pane) {
	if l.Lo != nil && l.Hi != nil && *l.Lo > 0 {
		p.line(translucent(l.Style.Color, 0xc0), 4, nil, p.at(p.within(*l.Lo), l.Row), p.at(p.within(*l.Hi), l.Row))
	}
	if l.Ratio != nil && *l.Ratio > 0 {
		p.marker(l.Style.Marker, p.at(p.within(*l.Ratio), l.Row), markerSize*1.2, l.Style.Color, l.Hollow)
	}
}

// within keeps a value inside the horizontal axis.
func (p *pane) within(v float64) float64 { return min(max(v, p.panel.X.Min), p.panel.X.Max) }
