package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// enoughBeyond is how many samples must lie beyond a percentile for it to be
// drawn: the last few are single events, not a distribution.
const enoughBeyond = 10

// depth returns the deepest percentile, as a share, that n samples support; 0
// where they support none.
func depth(n int64) float64 {
	return max(0, 1-enoughBeyond/float64(max(n, 1)))
}

// hasTimes tells whether a cell's messages carry their time: by its load or, where
// a user's server chooses that, by what was measured or is missing.
func hasTimes(c results.Cell) bool {
	_, measured := c.Metrics["latency_p50_seconds"]
	return measured || plan.Cell{Factors: c.Factors}.Timed()
}

// latency draws latency by percentile, one line for each cell of the group.
func latency(in Input) ([]Figure, error) {
	var cells []results.Cell
	var notes []string
	for _, c := range in.Cells {
		if !hasTimes(c) {
			continue
		}
		if h := in.Latency[c.ID]; h == nil || depth(h.TotalCount()) <= 0 {
			notes = append(notes, key(c, append([]string{in.Chart.Series}, varying(in.Cells)...))+because(c, "latency_p50_seconds"))
			continue
		}
		cells = append(cells, c)
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("no cell has a latency histogram of more than %d messages: %w", enoughBeyond, errNothing)
	}
	facets := arrange(cells, "", in.Chart.Series)
	panels := latencyPanels(in, facets)
	what := "Receive time minus intended send time"
	finding := in.latencyTitle(facets)
	return paginate(panels, facets, func(panels []Panel, _ []facet) Figure {
		f := Figure{Title: finding, Subtitle: subtitle(what, cells, in.Chart.Series), Panels: panels}
		f.Notes = latencyNotes(panels, fewest(in, cells), notes)
		return f
	}), nil
}

func latencyPanels(in Input, facets []facet) []Panel {
	deepest := 0.9
	var values []float64
	var out []Panel
	for _, f := range facets {
		panel := Panel{Title: f.title}
		for _, l := range f.lines {
			for _, c := range l.cells {
				s := percentileSeries(in, c)
				s.Label, s.Name, s.Style = l.label, l.name, l.style
				panel.Series = append(panel.Series, s)
				deepest = max(deepest, depth(in.Latency[c.ID].TotalCount()))
				for _, t := range s.Trace {
					values = append(values, t.Y)
				}
				for _, p := range s.Points {
					if p.interval() {
						values = append(values, *p.Lo, *p.Hi)
					}
				}
			}
		}
		out = append(out, panel)
	}
	x := percentileAxis(deepest)
	y := valueAxis("Latency", values, func(v float64) string { return quantity("s", v) })
	for i := range out {
		out[i].X, out[i].Y = x, y
	}
	return out
}

// percentileSeries reads a cell's histogram at places evenly spaced on the
// axis, and its named percentiles with their intervals.
func percentileSeries(in Input, c results.Cell) Series {
	h := in.Latency[c.ID]
	deepest := depth(h.TotalCount())
	const steps = 400
	var xs, percents []float64
	for i := range steps + 1 {
		x := math.Pow(1/(1-deepest), float64(i)/steps)
		xs = append(xs, x)
		percents = append(percents, 100*(1-1/x))
	}
	var s Series
	for i, ns := range h.ValueAtPercentilesSlice(percents) {
		s.Trace = append(s.Trace, XY{xs[i], seconds(ns)})
	}
	for _, p := range percentiles {
		if p.share == 0 || p.share > deepest {
			continue
		}
		point := Point{X: 1 / (1 - p.share), Y: seconds(h.ValueAtQuantile(100 * p.share))}
		if m, ok := c.Metrics[p.metric]; ok {
			point.Lo, point.Hi = m.Lo, m.Hi
		}
		s.Points = append(s.Points, point)
	}
	return s
}

// seconds of a histogram's nanoseconds; its zero is anything under one.
func seconds(ns int64) float64 { return float64(max(ns, 1)) / 1e9 }

// latencyTitle compares the best and the worst cell of the panel where they are
// farthest apart, at the deepest of 99 %, 90 % and 50 % that all cells support.
func (in Input) latencyTitle(facets []facet) string {
	all := placesOf(facets)
	share := 0.99
	for _, p := range all {
		for _, lower := range []float64{0.9, 0.5} {
			if depth(in.Latency[p.cell.ID].TotalCount()) < share {
				share = lower
			}
		}
	}
	text := digits(100*share, 3) + " % of messages arrive within "
	if len(all) == 1 {
		return text + quantity("s", in.percentile(all[0], share)) + " here"
	}
	sets := [][]place{all}
	if len(facets) > 1 {
		sets = nil
		for _, f := range facets {
			sets = append(sets, placesOf([]facet{f}))
		}
	}
	widest := -1.0
	var best, worst place
	for _, set := range sets {
		byTime := func(a, b place) int { return cmp.Compare(in.percentile(a, share), in.percentile(b, share)) }
		low, high := slices.MinFunc(set, byTime), slices.MaxFunc(set, byTime)
		if gap := in.percentile(high, share) / in.percentile(low, share); gap > widest {
			widest, best, worst = gap, low, high
		}
	}
	low, high := quantity("s", in.percentile(best, share)), quantity("s", in.percentile(worst, share))
	panel := ""
	if best.facet.title != "" {
		panel = " (" + best.facet.title + ")"
	}
	if alike(best.cell, worst.cell, share) {
		return "No difference is shown at " + digits(100*share, 3) + " % here: " + best.line.label + " " + low + ", " + worst.line.label + " " + high + panel + "; intervals overlap"
	}
	return text + low + " with " + best.line.label + " here, " + high + " with " + worst.line.label + panel
}

// alike tells whether the intervals of two cells overlap at a percentile.
func alike(a, b results.Cell, share float64) bool {
	for _, p := range percentiles {
		if p.share != share {
			continue
		}
		x, y := a.Metrics[p.metric], b.Metrics[p.metric]
		return x.Lo != nil && x.Hi != nil && y.Lo != nil && y.Hi != nil && *x.Lo <= *y.Hi && *y.Lo <= *x.Hi
	}
	return false
}

// percentile reads the latency of a cell in seconds.
func (in Input) percentile(p place, share float64) float64 {
	return seconds(in.Latency[p.cell.ID].ValueAtQuantile(100 * share))
}

// fewest returns how many messages the cell with the fewest has.
func fewest(in Input, cells []results.Cell) int64 {
	least := int64(math.MaxInt64)
	for _, c := range cells {
		least = min(least, in.Latency[c.ID].TotalCount())
	}
	return least
}

func latencyNotes(panels []Panel, messages int64, absent []string) []string {
	text := fmt.Sprintf("Each line is of %s messages or more and ends where fewer than %d lie beyond.", count(float64(messages)), enoughBeyond)
	for _, p := range panels {
		for _, s := range p.Series {
			for _, pt := range s.Points {
				if pt.interval() {
					text = "Bars: 95 % interval over blocks. " + text
					return withAbsent(text, absent)
				}
			}
		}
	}
	return withAbsent("No intervals: they take at least 6 blocks. "+text, absent)
}

func withAbsent(text string, absent []string) []string {
	if len(absent) > 0 {
		text += " Too few messages to draw: " + few(absent) + "."
	}
	return []string{text}
}
