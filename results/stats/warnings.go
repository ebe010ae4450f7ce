package stats

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// stateWarnings says how many trials could not be used, or only as bounds.
func (s *samples) stateWarnings(c results.Cell, invalid, censored map[string]int) (out []string) {
	if n := len(s.used); n < MinBlocks {
		out = append(out, fmt.Sprintf("only %d usable blocks: no interval, %d are needed", n, MinBlocks))
	}
	if c.Invalid > 0 {
		out = append(out, fmt.Sprintf("%d of %d trials invalid%s", c.Invalid, len(s.all), because(invalid)))
	}
	if c.Censored > 0 {
		out = append(out, fmt.Sprintf("%d of %d trials censored%s", c.Censored, len(s.all), because(censored)))
	}
	said := map[string]int{}
	for _, t := range s.used {
		count(said, t.Warnings)
	}
	for _, w := range sortedKeys(said) {
		out = append(out, fmt.Sprintf("%s (in %d of %d trials)", w, said[w], len(s.all)))
	}
	return out
}

// because lists reasons with their counts, most frequent first.
func because(reasons map[string]int) string {
	names := sortedKeys(reasons)
	slices.SortStableFunc(names, func(a, b string) int { return reasons[b] - reasons[a] })
	for i, r := range names {
		names[i] = fmt.Sprintf("%s (%d)", r, reasons[r])
	}
	if len(names) == 0 {
		return ""
	}
	if more := len(names) - 3; more > 0 {
		names = append(names[:3], fmt.Sprintf("%d more", more))
	}
	return ": " + strings.Join(names, ", ")
}

// wideRatios says which ratios are less certain than the scenario asked for.
func wideRatios(m plan.Measure, ratios []results.Ratio) (out []string) {
	var n int
	var worst results.Ratio
	var most float64
	for _, r := range ratios {
		if r.Lo == nil {
			continue
		}
		rel := Interval{Mid: r.Ratio, Lo: *r.Lo, Hi: *r.Hi, OK: true}.RelHalfWidth()
		if !wide(m, rel) {
			continue
		}
		n++
		if rel > most {
			worst, most = r, rel
		}
	}
	if n > 0 {
		out = append(out, fmt.Sprintf("%d of %d ratios have a wider interval than the ±%.3g %% asked for; the widest is ±%.2g %%: %s", n, len(ratios), 100*m.Until, 100*most, worst.Cell))
	}
	return out
}

// speed are the metrics that follow the speed of the machine.
var speed = map[string]bool{
	"goodput_bytes_per_second": true, "server_cpu_seconds_per_message": true, "latency_p50_seconds": true,
}

// twoModes tells whether the values fall into two groups of at least three with
// a gap between them of more than twice the range of either.
func twoModes(values []float64) bool {
	x := slices.Sorted(slices.Values(values))
	for i := 3; i+3 <= len(x); i++ {
		gap := x[i] - x[i-1]
		if gap > 2*max(x[i-1]-x[0], x[len(x)-1]-x[i]) && gap > 0.1*x[len(x)-1] {
			return true
		}
	}
	return false
}
