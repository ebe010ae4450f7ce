package verdict

import (
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// claimedLevels is what the claim gives a second at 1 MB/s: allocations, and seconds
// in which the collector stopped the program.
var claimedLevels = []struct {
	strategy, name string
	allocs, pause  float64
}{
	{"direct", "raw write", 12500, 3.2e-3},
	{"bufio", "bufio", 890, 0.4e-3},
	{"ring", "ring and sync.Pool", 12, 0.01e-3},
}

// What windows without any stop cannot exclude: stops so rare that they miss all of
// them in 5 % of runs (three in that time), of this length each, in seconds.
const (
	missedStops = 3
	stopLength  = 100e-6
)

var (
	sinkNames   = map[string]string{"socket": "on a socket", "null": "on a file (/dev/null)", "pipe": "into a pipe"}
	memoryNames = map[string]string{"reused": "memory used again", "fresh": "a heap object a message"}
)

// settleLevels holds the claimed figures, all three of allocations and all three of
// pauses, against those measured, by where the bytes go and where messages are made.
func settleLevels(e Evidence) results.Verdict {
	var cases []Case
	for _, s := range []string{"socket", "null"} {
		for _, memory := range []string{"reused", "fresh"} {
			var allocs, pauses []Check
			for _, l := range claimedLevels {
				c, ok := e.cell(plan.Values{"strategy": l.strategy, "sink": s, "message_memory": memory, "load": "rate"})
				if !ok {
					continue
				}
				allocs = append(allocs, figured("allocations a second of "+l.name, allocations(c), l.allocs))
				pauses = append(pauses, figured("GC pause a second of "+l.name, e.pauses(c), l.pause))
			}
			if len(allocs) == len(claimedLevels) {
				at := memoryNames[memory] + ", " + sinkNames[s]
				cases = append(cases, newCase("allocations: "+at, allocs...), newCase("GC pauses: "+at, pauses...))
			}
		}
	}
	v := weigh(cases)
	if len(cases) == 0 {
		return v
	}
	v.Evidence["counts"] = "everything the server process allocated, its own bookkeeping included; messages of " +
		"80 B at the paced rate"
	headline := cases[0].Checks[0].Estimate
	headline.What = "allocations a second of raw write at 1 MB/s, " + strings.TrimPrefix(cases[0].When, "allocations: ")
	if headline.Lo != nil {
		v.Interval = &headline
	}
	v.Cause = e.levelsCause()
	return v
}

// allocations are those a second, of a paced cell.
func allocations(c results.Cell) results.Estimate {
	a, _ := metric(c, "allocs_per_message")
	a.Unit = "allocs/s"
	a.Median *= c.Factors.Number("rate")
	if a.Lo != nil && a.Hi != nil {
		lo, hi := *a.Lo*c.Factors.Number("rate"), *a.Hi*c.Factors.Number("rate")
		a.Lo, a.Hi = &lo, &hi
	}
	return a
}

// pauses are the stops for the collector, in seconds a second. Where there was none in
// most windows, the interval reaches up to what may have been missed.
func (e Evidence) pauses(c results.Cell) results.Estimate {
	p, _ := metric(c, "gc_pause_seconds_per_second")
	window := 0.0
	for _, cell := range e.Plan.Cells {
		if cell.ID == c.ID {
			window = float64(cell.Window)
		}
	}
	if watched := window * float64(c.Metrics["gc_pause_seconds_per_second"].N); p.Hi != nil && p.Median == 0 && watched > 0 {
		hi := max(*p.Hi, missedStops*stopLength/watched)
		p.Hi = &hi
	}
	p.Unit = "s" // a second
	return p
}

// levelsCause tells allocations apart by where messages are made, and names what each
// level saves in calls.
func (e Evidence) levelsCause() string {
	var parts []string
	for _, memory := range []string{"reused", "fresh"} {
		var each []string
		for _, l := range claimedLevels {
			if c, ok := e.cell(plan.Values{"strategy": l.strategy, "message_memory": memory, "load": "rate"}); ok {
				each = append(each, round(allocations(c).Median))
			}
		}
		if len(each) > 0 {
			parts = append(parts, fmt.Sprintf("with %s raw write, bufio and ring make %s allocations a second", memoryNames[memory], strings.Join(each, ", ")))
		}
	}
	var calls []string
	for _, l := range claimedLevels {
		if c, ok := e.cell(plan.Values{"strategy": l.strategy, "message_memory": "reused", "load": "rate"}); ok {
			n, _ := metric(c, "write_calls_per_message")
			calls = append(calls, units.Digits(n.Median*c.Factors.Number("rate"), 2))
		}
	}
	if len(calls) > 0 {
		parts = append(parts, "and "+strings.Join(calls, ", ")+" write calls")
	}
	return strings.Join(parts, "; ")
}
