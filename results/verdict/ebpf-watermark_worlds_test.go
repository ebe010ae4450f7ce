package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/verdict"
)

// A stretch of a watched window, again and again: when the buffer is full, when a
// segment is sent again, in seconds from its begin.
type stretch struct{ from, to, resend float64 }

const period = 0.6

// timeline makes what is watched; shift moves it within the window.
func timeline(c plan.Cell, block int, s stretch) []results.Look {
	l := results.Look{Kind: "timeline", Cell: c.ID, Block: block}
	resent, before := uint64(0), 0.0
	shift := 0.04 * float64(block)
	for i := range 400 {
		at := float64(c.Window) * float64(i) / 400
		in := at + shift
		for in >= period {
			in -= period
		}
		if before < s.resend && in >= s.resend {
			resent++
		}
		before = in
		m := results.Moment{At: at, Size: 100, Queued: 40, Retransmits: resent}
		if in >= s.from && in < s.to {
			m.Queued = 95
		}
		l.Timeline = append(l.Timeline, m)
		l.Latency = append(l.Latency, results.Slice{At: at, Count: 1, Mean: 0.01, Max: 0.01 + 10*max(0, in-0.5)})
	}
	return []results.Look{l}
}

func init() {
	foretold := stretch{0.1, 0.14, 0.23}
	unrelated := stretch{0.3, 0.34, 0.1} // full only well after each loss
	figures := func(plan.Cell) map[string]float64 { return map[string]float64{"goodput_bytes_per_second": 1e6} }
	watching := func(f func(c plan.Cell) stretch) func(plan.Cell, int) []results.Look {
		return func(c plan.Cell, block int) []results.Look { return timeline(c, block, f(c)) }
	}
	worlds["ebpf-watermark"] = map[string]world{
		verdict.Holds: {metrics: figures, looks: watching(func(plan.Cell) stretch { return foretold })},
		verdict.HoldsWhen: {metrics: figures, looks: watching(func(c plan.Cell) stretch {
			if c.Factors["load"] == "burst" {
				return foretold
			}
			return unrelated
		})},
		verdict.Fails: {metrics: figures, looks: watching(func(c plan.Cell) stretch {
			if c.Factors["load"] == "burst" {
				return stretch{0, period, 0.2} // always full
			}
			return unrelated
		})},
		verdict.Undecided: {metrics: figures, blocks: 4, looks: watching(func(plan.Cell) stretch { return foretold })},
	}
}
