package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

// A nagled is what is true of a kernel, with Nagle and without.
type nagled struct {
	mean     func(nagle, delayed bool, rtt float64) float64        // latency
	use      func(nagle, limited bool, message float64) float64    // payload of all bytes
	segments func(nagle, timed, limited bool, rtt float64) float64 // per write
}

func (n nagled) metrics(c plan.Cell) map[string]float64 {
	nagle, limited := !c.Factors.Bool("nodelay"), c.Factors.Number("bandwidth") > 0
	rtt, message := c.Factors.Number("rtt"), c.Factors.Number("message")
	return map[string]float64{
		"latency_mean_seconds":    n.mean(nagle, c.Factors.Bool("delayed_ack"), rtt),
		"wire_bytes_per_message":  message / n.use(nagle, limited, message),
		"segments_per_message":    n.segments(nagle, c.Timed(), limited, rtt),
		"write_calls_per_message": 1,
	}
}

// asClaimed is the kernel of the claim, over a round trip of 6.2 ms.
var asClaimed = nagled{
	mean: func(nagle, _ bool, rtt float64) float64 {
		if nagle {
			return 28e-3
		}
		return 0.1e-3 + rtt/2
	},
	use: func(nagle, _ bool, message float64) float64 {
		if nagle {
			return 0.92
		}
		return message / (message + 66)
	},
	segments: func(nagle, _, _ bool, _ float64) float64 {
		if nagle {
			return 0.2
		}
		return 1
	},
}

// asLinux waits for an acknowledgement, which is kept back for 40 ms at most, and
// joins saturated writes even without Nagle.
var asLinux = nagled{
	mean: func(nagle, delayed bool, rtt float64) float64 {
		if nagle && delayed {
			return 21.9e-3 + rtt
		}
		return 0.1e-3 + rtt/2
	},
	use: func(nagle, limited bool, message float64) float64 {
		if nagle || limited {
			return 0.95 * message / (message + 4)
		}
		return message / (message + 70)
	},
	segments: func(nagle, timed, limited bool, _ float64) float64 {
		switch {
		case nagle:
			return 0.2
		case timed:
			return 1
		case limited:
			return 0.05
		}
		return 0.6
	},
}

// other is one of which nothing that is claimed is true.
var other = nagled{
	mean:     func(bool, bool, float64) float64 { return 1e-3 },
	use:      func(bool, bool, float64) float64 { return 0.3 },
	segments: func(bool, bool, bool, float64) float64 { return 1.5 },
}

func init() {
	worlds["nagle"] = map[string]world{
		verdict.Holds:     {metrics: asClaimed.metrics, noise: 0.001},
		verdict.HoldsWhen: {metrics: asLinux.metrics, noise: 0.001},
		verdict.Fails:     {metrics: other.metrics, noise: 0.001},
		verdict.Undecided: {metrics: asClaimed.metrics, noise: 0.7},
	}
}
