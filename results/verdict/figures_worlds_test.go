package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

func init() {
	ratio := func(of func(message float64) float64) func(plan.Cell) map[string]float64 {
		return func(c plan.Cell) map[string]float64 {
			rate := 1e5
			if c.Factors["strategy"] == "bufio" {
				rate *= of(c.Factors.Number("message"))
			}
			m := c.Factors.Number("message")
			return map[string]float64{"goodput_bytes_per_second": rate * m, "messages_per_second": rate, "write_calls_per_message": 1}
		}
	}
	always := ratio(func(float64) float64 { return 3.8 })
	worlds["ratio-3.8"] = map[string]world{
		verdict.Holds:     {metrics: always},
		verdict.HoldsWhen: {metrics: ratio(func(m float64) float64 { return 1 + 1000/m })},
		verdict.Fails:     {metrics: ratio(func(m float64) float64 { return 1.2 })},
		verdict.Undecided: {metrics: always, blocks: 5},
	}
	worlds["conn-vs-syscall"] = map[string]world{
		verdict.Holds:     {metrics: syscallWorld(func(float64) float64 { return 8.2 / 5.7 })},
		verdict.HoldsWhen: {metrics: syscallWorld(func(m float64) float64 { return 1 + 28/m })},
		verdict.Fails:     {metrics: syscallWorld(func(float64) float64 { return 1.02 })},
		verdict.Undecided: {metrics: syscallWorld(func(float64) float64 { return 8.2 / 5.7 }), noise: 0.7},
	}
	worlds["buffer-size"] = map[string]world{
		verdict.Holds:     {metrics: bufferWorld(1, 1, 1), noise: 1e-4},
		verdict.HoldsWhen: {metrics: bufferWorld(1, 8, 8)},
		verdict.Fails:     {metrics: bufferWorld(8, 8, 8)},
		verdict.Undecided: {metrics: bufferWorld(1, 1, 1), blocks: 3},
	}
}

// syscallWorld has syscall.Write faster than conn.Write by a factor of message size.
func syscallWorld(faster func(message float64) float64) func(plan.Cell) map[string]float64 {
	return func(c plan.Cell) map[string]float64 {
		m, each := c.Factors.Number("message"), 8.2e-6
		if c.Factors["strategy"] == "rawwrite" {
			each /= faster(m)
		}
		return map[string]float64{
			"goodput_bytes_per_second": m / each, "messages_per_second": 1 / each,
			"write_calls_per_message": 1, "server_cpu_seconds_per_message": each,
		}
	}
}

// bufferWorld is as claimed for buffers of 256 B, 4 KiB and 64 KiB, but for factors.
func bufferWorld(small, middle, large float64) func(plan.Cell) map[string]float64 {
	speeds := map[float64]float64{256: 12.3e6 * small, 4 << 10: 187.6e6 * middle, 64 << 10: 201.4e6 * large}
	return func(c plan.Cell) map[string]float64 {
		m, buffer := c.Factors.Number("message"), c.Factors.Number("buffer")
		if c.Factors["strategy"] == "direct" {
			buffer = m
		}
		speed := speeds[buffer]
		if speed == 0 {
			speed = 1e8
		}
		calls := (m + 4) / buffer
		return map[string]float64{"goodput_bytes_per_second": speed, "written_bytes_per_second": speed, "write_calls_per_message": calls}
	}
}
