package verdict_test

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

// A nagled is what is true of a kernel, with Nagle and without: the mean latency, and
// the segments a write takes, from which the bytes on the link follow.
type nagled struct {
	mean     func(nagle, delayed bool, rtt float64) float64
	segments func(nagle, timed, limited bool, message float64) float64
}

func (n nagled) metrics(c plan.Cell) map[string]float64 {
	nagle, message := !c.Factors.Bool("nodelay"), c.Factors.Number("message")
	segments := n.segments(nagle, c.Timed(), c.Factors.Number("bandwidth") > 0, message)
	return map[string]float64{
		"latency_mean_seconds":   n.mean(nagle, c.Factors.Bool("delayed_ack"), c.Factors.Number("rtt")),
		"segments_per_message":   segments,
		"wire_bytes_per_message": message + 4 + 66*segments,
	}
}

// asClaimed is the kernel of the claim, over a round trip of 6.2 ms: Nagle joins as
// many writes as leave 8 % to headers.
var asClaimed = nagled{
	mean: func(nagle, _ bool, rtt float64) float64 {
		if nagle {
			return 28e-3
		}
		return 0.1e-3 + rtt/2
	},
	segments: func(nagle, _, _ bool, message float64) float64 {
		if nagle {
			return (message/0.92 - message - 4) / 66
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
	segments: func(nagle, timed, limited bool, message float64) float64 {
		switch {
		case timed && nagle:
			return 0.2
		case timed:
			return 1
		case nagle || limited:
			return (message + 4) / 1448
		}
		return 0.8
	},
}

// other is one of which nothing that is claimed is true.
var other = nagled{
	mean:     func(bool, bool, float64) float64 { return 1e-3 },
	segments: func(bool, bool, bool, float64) float64 { return 1.5 },
}

func init() {
	worlds["nagle"] = map[string]world{
		verdict.Holds:     {metrics: asClaimed.metrics, noise: 0.0005},
		verdict.HoldsWhen: {metrics: asLinux.metrics, noise: 0.0005},
		verdict.Fails:     {metrics: other.metrics, noise: 0.0005},
		verdict.Undecided: {metrics: other.metrics, noise: 0.6},
	}
}
