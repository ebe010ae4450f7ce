package model

import (
	"github.com/pushbench/pushbench/internal/limit"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// A Bound is what one limit allows, in messages per second, if it is used to the
// full.
type Bound struct {
	Limit Limit
	Most  float64
}

// kernelAhead is what a send buffer takes beyond its size: the kernel looks at it
// before it begins a super-packet, which it then fills up.
const kernelAhead = 64 << 10

// bounds lists the limits of a cell's link. measured is limit_bytes_per_second, 0
// if it is not known: of a send buffer that the kernel sizes by itself, only that
// tells the window.
func bounds(v plan.Values, measured float64, links map[string]results.Link) (out []Bound) {
	message := v.Number("message")
	framed := message + wire.PrefixSize
	l := limit.Link{
		Rate: v.Number("bandwidth"), RTT: v.Number("rtt"), Loss: v.Number("loss"),
		Connections: 1, Congestion: v.Text("congestion"),
	}
	rate, have := limit.Link{Rate: l.Rate}.BytesPerSecond()
	if v.Text("network") != "emulated" {
		asked := links[v.Text("network")].Asked
		l.RTT = asked["rtt_median_seconds"]
		rate, have = asked["goodput_bytes_per_second"]
	}
	if have && rate > 0 {
		out = append(out, Bound{Rate, rate / framed})
	}
	window := v.Number("sndbuf")
	switch {
	case l.RTT == 0:
	case window > 0:
		out = append(out, Bound{Window, (2*window + kernelAhead) / l.RTT / framed})
	case measured > 0 && (!have || measured*framed/message < 0.98*rate):
		out = append(out, Bound{Window, measured / message})
	}
	if most, ok := (limit.Link{RTT: l.RTT, Loss: l.Loss, Connections: 1, Congestion: l.Congestion}).BytesPerSecond(); ok {
		out = append(out, Bound{Loss, most / framed})
	}
	return out
}
