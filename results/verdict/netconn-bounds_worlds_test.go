package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/verdict"
)

func init() {
	// write is how long a Write takes in round trips, where the message fits and where not.
	writes := func(fits, not float64) func(plan.Cell) map[string]float64 {
		return func(c plan.Cell) map[string]float64 {
			m := map[string]float64{"server_cpu_seconds_per_message": 1e-6}
			if rtt := c.Factors.Number("rtt"); rtt > 0 {
				m["write_p50_seconds"], m["latency_p50_seconds"] = fits*rtt, rtt/2
				if c.Factors.Number("message") > c.Factors.Number("sndbuf") {
					m["write_p50_seconds"], m["latency_p50_seconds"] = not*rtt, 2*rtt
				}
			}
			return m
		}
	}
	// reads makes ReadFrom call sendfile or, with copies, write.
	reads := func(copies bool) func(plan.Cell, int) []results.Look {
		return func(c plan.Cell, block int) []results.Look {
			switch {
			case c.Factors["strategy"] == "readfrom" && !copies:
				return called(c, block, map[string]float64{"pwrite64": 0.1, "sendfile": 0.1})
			case c.Factors["strategy"] == "readfrom":
				return called(c, block, map[string]float64{"pwrite64": 0.1, "write": 0.1})
			}
			return called(c, block, map[string]float64{"write": 1})
		}
	}
	worlds["netconn-bounds"] = map[string]world{
		verdict.Holds:     {metrics: writes(0.001, 1.2), looks: reads(false)},
		verdict.HoldsWhen: {metrics: writes(0.001, 1.2), looks: reads(true)},
		verdict.Fails:     {metrics: writes(0.3, 0.3), looks: reads(true)},
		verdict.Undecided: {metrics: writes(0.3, 0.3), blocks: 5},
	}
}
