package stats

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// Summarize finds what the trials say. It depends on nothing but its arguments:
// the same trials give the same summary.
func Summarize(m results.Manifest, trials []results.Trial) results.Summary {
	p := m.Plan
	cells := collect(p, trials)
	s := results.Summary{
		Schema:   results.Schema,
		Scenario: p.Name,
		Title:    p.Title,
		Blocks:   completeBlocks(p, cells),
		Cells:    make([]results.Cell, 0, len(p.Cells)),
		Ratios:   []results.Ratio{},
	}
	for _, c := range p.Cells {
		cell := summarizeCell(cells[c.ID])
		s.Cells = append(s.Cells, cell)
		s.InvalidTrials += cell.Invalid
		s.CensoredTrials += cell.Censored
		for _, t := range cells[c.ID].all {
			if t.State == results.Valid {
				s.ValidTrials++
			}
		}
	}
	found, warnings := ratios(p, cells)
	s.Ratios = append(s.Ratios, found...)
	s.Warnings = append(s.Warnings, warnings...)
	s.Warnings = append(s.Warnings, wideRatios(p.Measure, s.Ratios)...)
	return s
}

// summarizeCell makes a cell's metrics, counts and warnings.
func summarizeCell(s *samples) results.Cell {
	c := results.Cell{
		ID: s.cell.ID, Groups: s.cell.Groups, Factors: s.cell.Factors,
		Metrics:  map[string]results.Metric{},
		Reasons:  map[string]int{},
		Notes:    map[string]string{},
		Warnings: []string{},
	}
	invalid, censored := map[string]int{}, map[string]int{}
	for _, t := range s.all {
		switch t.State {
		case results.Invalid:
			c.Invalid++
			count(invalid, t.Reasons)
		case results.Censored:
			c.Censored++
			count(censored, t.Reasons)
		}
		count(c.Reasons, t.Reasons)
	}
	c.Warnings = append(c.Warnings, s.stateWarnings(c, invalid, censored)...)
	for _, name := range s.metricNames() {
		v, bound := s.values(name)
		d := dictionary(name)
		iv := Median(v)
		if isMaximum(name) {
			iv.OK = false
		}
		c.Metrics[name] = metric(d, iv, matters(v, bound, extreme(d), iv))
		if speed[name] && twoModes(v) {
			c.Warnings = append(c.Warnings, fmt.Sprintf("%s falls into two groups of blocks far apart: the machine may have changed speed, look at the ratios", name))
		}
	}
	c.Warnings = append(c.Warnings, s.summarizeTimes(c.Metrics)...)
	for _, t := range s.used {
		for name, why := range t.Notes {
			if _, have := c.Metrics[name]; !have {
				c.Notes[name] = why
			}
		}
	}
	return c
}

// summarizeTimes replaces percentiles by those of the merged histograms. The
// maximum over all blocks is the merged histogram's.
func (s *samples) summarizeTimes(into map[string]results.Metric) (warnings []string) {
	anyCensored := slices.ContainsFunc(s.used, func(t results.Trial) bool { return t.State == results.Censored })
	for _, name := range []string{results.LatencyHistogram, results.WriteHistogram} {
		t, err := newTiming(s.used, name)
		if err != nil {
			warnings = append(warnings, err.Error())
			continue
		}
		if len(t.cum) == 0 {
			continue
		}
		for _, p := range percentiles {
			if p.histogram == name {
				into[p.metric] = metric(dictionary(p.metric), t.interval(p.q), anyCensored)
			}
		}
		if n := len(t.cum); n >= MinBlocks {
			if from := t.tail(t.interval(0.99).Mid); from > 0 && from < float64(n)/2 {
				warnings = append(warnings, fmt.Sprintf("the slowest 1 %% of %s come from less than half of the blocks: high percentiles are less certain than their intervals say, and may have none", name))
			}
		}
	}
	return warnings
}

// isMaximum tells whether the metric is a maximum, which has no interval.
func isMaximum(name string) bool {
	return slices.ContainsFunc(percentiles, func(p percentile) bool { return p.metric == name && p.q == 1 })
}

// metricNames lists the metrics of the used trials, sorted.
func (s *samples) metricNames() []string {
	names := map[string]bool{}
	for _, t := range s.used {
		for name := range t.Metrics {
			names[name] = true
		}
	}
	return sortedKeys(names)
}

func metric(d plan.Metric, iv Interval, censored bool) results.Metric {
	m := results.Metric{Median: iv.Mid, N: iv.N, Unit: d.Unit, Better: d.Better, Censored: censored}
	m.Lo, m.Hi = iv.bounds()
	return m
}

// dictionary returns the entry of a metric; one that later versions added has
// neither unit nor direction here.
func dictionary(name string) plan.Metric {
	d, ok := plan.MetricNamed(name)
	if !ok {
		d.Name = name
	}
	return d
}

// extreme is what a censored value may really be: more than measured where
// higher is better, less where lower is.
func extreme(d plan.Metric) float64 {
	if d.Better == "lower" {
		return 0
	}
	return math.Inf(1)
}

func count(into map[string]int, reasons []string) {
	for _, r := range reasons {
		into[r]++
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
