package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

// options is a world in which jitter is 20 ms times what a way to acknowledge makes
// of it, and a dead peer is noticed after the user timeout times late.
func options(acks func(quick, delayed, writer, nodelay bool) float64, late float64) func(plan.Cell) map[string]float64 {
	return func(c plan.Cell) map[string]float64 {
		v := c.Factors
		if v.Text("network") == "blackout" {
			return map[string]float64{"notice_seconds": late * v.Number("user_timeout")}
		}
		return map[string]float64{
			"latency_spread_seconds": 0.02 * acks(v.Bool("quickack"), v.Bool("delayed_ack"), v.Bool("writer_quickack"), v.Bool("nodelay")),
			"segments_per_message":   0.3, "option_calls_per_message": 1, "read_calls_per_message": 1,
		}
	}
}

func init() {
	eitherHelps := func(quick, _, writer, _ bool) float64 {
		if quick || writer {
			return 0.5
		}
		return 1
	}
	// Nagle waits for acknowledgements, and the writer's own do not matter.
	asLinux := func(_, delayed, _, nodelay bool) float64 {
		if delayed && !nodelay {
			return 2
		}
		return 1
	}
	never := func(bool, bool, bool, bool) float64 { return 1 }
	dead := options(never, 1)
	worlds["weak-tcp-options"] = map[string]world{
		verdict.Holds:     {metrics: options(eitherHelps, 1.1)},
		verdict.HoldsWhen: {metrics: options(asLinux, 1.1)},
		verdict.Fails: {metrics: func(c plan.Cell) map[string]float64 {
			m := dead(c)
			delete(m, "notice_seconds") // the timeout does nothing: no trial is long enough
			return m
		}},
		verdict.Undecided: {metrics: options(never, 1.1), noise: 0.3},
	}
}
