package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

func init() {
	// piped is a world in which goodput is full from once the product on, or at once,
	// and latency grows with what is in flight, or not, at one round-trip time or all.
	piped := func(stalls, delays func(c plan.Cell) bool) func(plan.Cell) map[string]float64 {
		return func(c plan.Cell) map[string]float64 {
			share := c.Factors.Number("bdp_share")
			if c.Factors["strategy"] == "bufio" {
				share = 2 * c.Factors.Number("sndbuf") / (c.Factors.Number("bandwidth") / 8 * c.Factors.Number("rtt"))
			}
			m := map[string]float64{"goodput_bytes_per_second": 5.8e6, "latency_p50_seconds": 0.03, "efficiency": 0.98, "paused_share": 0.5}
			if share < 0.5 && stalls(c) {
				m["goodput_bytes_per_second"] *= share
			}
			if share > 2 && delays(c) {
				m["latency_p50_seconds"] *= share
			}
			return m
		}
	}
	always := func(plan.Cell) bool { return true }
	never := func(plan.Cell) bool { return false }
	far := func(c plan.Cell) bool { return c.Factors.Number("rtt") > 0.02 }
	worlds["bdp-pipeline"] = map[string]world{
		verdict.Holds:     {metrics: piped(always, always)},
		verdict.HoldsWhen: {metrics: piped(far, always)},
		verdict.Fails:     {metrics: piped(always, never)},
		verdict.Undecided: {metrics: piped(always, always), blocks: 4},
	}
}
