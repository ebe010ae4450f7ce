package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

// events is a world in which a flushed event takes some seconds, a held one the
// longer, and lost says which share of quiet connections a proxy gives up.
func events(flushed, held float64, lost func(heartbeat, patience float64) float64) world {
	return world{noise: 1e-3, metrics: func(c plan.Cell) map[string]float64 {
		v := c.Factors
		m := map[string]float64{"latency_p50_seconds": flushed, "write_calls_per_message": 1}
		if v["flush"] == "full" {
			m["latency_p50_seconds"], m["write_calls_per_message"] = held, 0.2
		}
		if patience := v.Number("idle_close"); patience > 0 {
			m["idle_closed_share"] = lost(v.Number("heartbeat"), patience)
		}
		return m
	}}
}

func init() {
	proxies := func(heartbeat, patience float64) float64 {
		if heartbeat > 0 && heartbeat < patience {
			return 0
		}
		return 1
	}
	few := events(100e-6, 60e-3, proxies)
	few.blocks = 5
	worlds["sse-basic"] = map[string]world{
		verdict.Holds: events(100e-6, 60e-3, func(heartbeat, _ float64) float64 {
			if heartbeat > 0 {
				return 0
			}
			return 1
		}),
		verdict.HoldsWhen: events(100e-6, 60e-3, proxies),
		// Held events are as quick, and nobody gives up a quiet connection.
		verdict.Fails:     events(100e-6, 120e-6, func(_, _ float64) float64 { return 0 }),
		verdict.Undecided: few,
	}
}
