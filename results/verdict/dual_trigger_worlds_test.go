package verdict_test

import (
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

// triggers is a world in which messages wait for the window times late, and those
// before a pause, without a timer, for the next burst if tails stay; calls is how
// many times the calls are made that the triggers allow.
func triggers(late, calls float64, tailsStay bool) world {
	return world{metrics: func(c plan.Cell) map[string]float64 {
		v := c.Factors
		wait := v.Number("window") * late
		if tailsStay && v.Text("flush") == "next-write" && (v.Text("load") == "burst" || v.Text("arrival") == "constant") {
			wait = 6
			if v.Text("load") == "burst" {
				wait = v.Number("burst") / v.Number("rate")
			}
		}
		each := 1.0
		if v.Text("load") == "burst" {
			each = 1 / v.Number("burst")
		}
		m := map[string]float64{"latency_p99_seconds": wait, "latency_max_seconds": wait}
		if v.Text("load") == "saturate" {
			each, m = 0, map[string]float64{}
		}
		m["write_calls_per_message"] = calls * (math.Min(each, 1/(v.Number("rate")*v.Number("window"))) + (v.Number("message")+4)/v.Number("threshold"))
		if v.Text("flush") == "each" {
			m["latency_p99_seconds"], m["latency_max_seconds"] = 1e-4, 1e-4
		}
		if v.Text("strategy") == "direct" {
			m["write_calls_per_message"] = 1
		}
		return m
	}}
}

func init() {
	few := triggers(1, 0.9, true)
	few.blocks = 5
	worlds["dual-trigger"] = map[string]world{
		verdict.Holds:     triggers(1, 0.9, false),
		verdict.HoldsWhen: triggers(1, 0.9, true),
		verdict.Fails:     triggers(4, 3, true),
		verdict.Undecided: few,
	}
}
