// Package chart draws the pictures a scenario asks for from a stored run, as
// PNG files good enough for a talk: each says one thing, and its title says it
// with the figure.
//
// A chart kind is one file with a Constructor and one line in Table. The
// constructor turns cells into Figures, which are pure data; the drawing of
// axes, series, legends and footers is shared.
package chart

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// Table names every kind of chart that can be drawn.
var Table = map[string]Constructor{
	"throughput":       throughput,
	"ratio":            ratio,
	"latency":          latency,
	"calls":            calls,
	"frontier":         frontier,
	"heatmap":          heatmap,
	"rtt":              roundTrips,
	"latency-profiles": latencyProfiles,
}

// A Constructor makes the figures of one chart: one, or several where a group
// has more panels than a picture holds. It returns errNothing, wrapped, where
// the group has nothing of its kind.
type Constructor func(Input) ([]Figure, error)

// errNothing says that a group has no figures of a chart's kind. That is a
// mistake only where the chart names the group.
var errNothing = errors.New("nothing of this kind was measured")

// An Input is what a chart is made of.
type Input struct {
	Chart    plan.Chart // its metric and series filled in
	Group    string
	Cells    []results.Cell  // of the group, at least one
	Ratios   []results.Ratio // of the group
	Latency  map[string]*hdrhistogram.Histogram
	Manifest results.Manifest
	Summary  results.Summary
}

// Draw writes every chart of the run's plan into dir and returns the names of
// the files, in the order of the plan. Latency histograms, in nanoseconds and
// merged over blocks, come by cell identity. Where one chart cannot be drawn
// the others still are, and the error tells which and why.
func Draw(dir string, m results.Manifest, s results.Summary, hists map[string]*hdrhistogram.Histogram) (files []string, err error) {
	return drawAt(sharp, dir, m, s, hists)
}

// drawAt is Draw with a number of dots per inch.
func drawAt(dpi int, dir string, m results.Manifest, s results.Summary, hists map[string]*hdrhistogram.Histogram) (files []string, err error) {
	figures, err := Figures(m, s, hists)
	problems := []error{err}
	for _, f := range figures {
		name := f.Name + ".png"
		data, err := layout(f, dpi).encode()
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

// Figures makes the figures of every chart of the run's plan, without drawing.
func Figures(m results.Manifest, s results.Summary, hists map[string]*hdrhistogram.Histogram) ([]Figure, error) {
	if len(s.Cells) == 0 {
		return nil, fmt.Errorf("charts of %s: the summary has no cells, so there is nothing to draw; complete the run first", m.Plan.Name)
	}
	var out []Figure
	var problems []error
	for _, c := range m.Plan.Charts {
		made := 0
		for _, group := range results.Groups(s.Cells) {
			if c.Group != "" && c.Group != group {
				continue
			}
			figures, err := construct(c, group, m, s, hists)
			if errors.Is(err, errNothing) && c.Group == "" {
				continue
			}
			if err != nil {
				problems = append(problems, fmt.Errorf("chart %s of group %q: %w", c.Kind, group, err))
			}
			made++
			out = append(out, figures...)
		}
		if made == 0 {
			problems = append(problems, fmt.Errorf("chart %s: no group has what it draws; check its group and metric", c.Kind))
		}
	}
	nameFigures(out)
	return out, errors.Join(problems...)
}

func construct(c plan.Chart, group string, m results.Manifest, s results.Summary, hists map[string]*hdrhistogram.Histogram) ([]Figure, error) {
	constructor, ok := Table[c.Kind]
	if !ok {
		return nil, fmt.Errorf("there is no such kind; there are %s", list(slices.Sorted(maps.Keys(Table))))
	}
	kind, _ := plan.ChartKindNamed(c.Kind)
	c.Metric = cmp.Or(c.Metric, kind.Metric)
	c.Series = cmp.Or(c.Series, "strategy")
	in := Input{Chart: c, Group: group, Latency: hists, Manifest: m, Summary: s}
	for _, cell := range s.Cells {
		if cell.In(group) {
			in.Cells = append(in.Cells, cell)
		}
	}
	for _, r := range s.Ratios {
		if r.Group == "" || r.Group == group {
			in.Ratios = append(in.Ratios, r)
		}
	}
	if kind.X && len(domain(in.Cells, c.X)) == 0 {
		return nil, fmt.Errorf("no cell has the factor x=%q: %w", c.X, errNothing)
	}
	figures, err := constructor(in)
	for i := range figures {
		f := &figures[i]
		f.Name = strings.Trim(group+"-"+c.Kind, "-")
		f.suffix = c.X
		if i > 0 { // a further page
			f.suffix = strings.Trim(c.X+"-"+strconv.Itoa(i+1), "-")
		}
		f.Footer = footer(m, s, in.Cells)
	}
	return figures, err
}

// nameFigures tells apart figures of the same group and kind: by the factor on
// their horizontal axis if that does, else by number.
func nameFigures(figures []Figure) {
	taken := map[string]bool{}
	for i := range figures {
		f := &figures[i]
		name := f.Name
		if taken[name] && f.suffix != "" {
			name = f.Name + "-" + f.suffix
		}
		base := name
		for n := 2; taken[name]; n++ {
			name = base + "-" + strconv.Itoa(n)
		}
		taken[name] = true
		f.Name = name
	}
}
