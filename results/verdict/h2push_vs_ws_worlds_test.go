package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

// pushes is a world in which a pushed message takes times what a WebSocket frame
// takes, where larger is larger still and small the smallest message, and opening
// saves some round trips.
func pushes(small, large, saved float64) world {
	return world{noise: 1e-3, metrics: func(c plan.Cell) map[string]float64 {
		v := c.Factors
		times, trips := 1.0, 3.0
		if v.Text("transport") == "h2push" {
			times, trips = small, 3-saved
			if v.Number("message") > 1024 {
				times = large
			}
		}
		return map[string]float64{
			"wire_bytes_per_message": 1.1 * v.Number("message") * times, "server_cpu_seconds_per_message": 1e-5 * times,
			"latency_p50_seconds": 10e-3 * times, "connect_p50_seconds": trips * v.Number("rtt"),
		}
	}}
}

func init() {
	few := pushes(2, 1.05, 1)
	few.blocks = 5
	worlds["h2push-vs-ws"] = map[string]world{
		verdict.Holds:     pushes(2, 1.05, 1),
		verdict.HoldsWhen: pushes(2, 0.9, 0),
		verdict.Fails:     pushes(0.8, 0.9, 0),
		verdict.Undecided: few,
	}
}
