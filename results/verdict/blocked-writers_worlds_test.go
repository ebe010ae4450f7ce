package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

func init() {
	// blocked is a world in which stopped readers make healthy ones' latency so many
	// times as long, with a deadline so many, and goroutines wait and threads grow.
	blocked := func(each, pool, deadline, wait, threads float64) func(plan.Cell) map[string]float64 {
		return func(c plan.Cell) map[string]float64 {
			m := map[string]float64{
				"latency_p99_seconds": 0.02, "sched_latency_p99_seconds": 1e-4, "server_threads": 12, "server_cpu_share": 0.5,
				"server_goroutines": 10e3, "messages_per_second": 4000, "disconnected_share": 0.1,
			}
			times := each
			if c.Factors.Number("workers") > 0 {
				times = pool
			}
			switch {
			case c.Factors.Number("slow_share") == 0:
				times = 1
			case c.Factors.Number("write_deadline") > 0:
				times = deadline
			default:
				m["sched_latency_p99_seconds"] *= wait
				m["server_threads"] += threads
			}
			m["latency_p99_seconds"] *= times
			if times > 100 { // nothing passes in the window
				delete(m, "latency_p99_seconds")
				m["messages_per_second"] = 0
			}
			return m
		}
	}
	worlds["blocked-writers"] = map[string]world{
		verdict.Holds:     {metrics: blocked(5, 5, 1.02, 4, 800)},
		verdict.HoldsWhen: {metrics: blocked(1, 1000, 1.02, 1, 0)},
		verdict.Fails:     {metrics: blocked(1, 8, 8, 1, 0)},
		verdict.Undecided: {metrics: blocked(1.4, 1.4, 1.2, 1.9, 300), noise: 0.4},
	}
}
