package model

import (
	"math"

	"github.com/pushbench/pushbench/internal/limit"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// A Shape is what the model takes of a cell before it is run: amounts for each
// message, and what the link allows.
type Shape struct {
	network string
	calls   float64 // write calls a message
	frame   float64 // bytes of a message with its length
	copied  float64 // messages that the strategy copies: 1 or 0
	listed  float64 // messages that are listed for one gathered call: 1 or 0
	window  float64 // bytes in flight at most; 0 is unknown
	at      float64 // messages per second it runs at, where the pace is not its own

	limit Limit   // of the link, or Offered; "" is none
	most  float64 // messages per second within it; 0 is no limit
}

// The classes of cells, each with constants of its own.
const (
	loopbackClass = "loopback, saturated"
	vethClass     = "veth, saturated"
	emulatorClass = "emulated without a limit, saturated"
	linkClass     = "held back by the link"
	pacedClass    = "at a rate"
)

var classes = []string{loopbackClass, vethClass, emulatorClass, linkClass, pacedClass}

// amountNames name what a constant is for each of.
var amountNames = []string{"copied message", "listed message", "write call", "byte", "wake-up", "second"}

// shapeOf is false for cells the model knows nothing of: other transports than
// bare TCP, many connections, other servers, strategies whose calls do not follow
// from the factors.
func shapeOf(c plan.Cell, limits map[string]float64, links map[string]results.Link) (s Shape, ok bool) {
	v := c.Factors
	message := v.Number("message")
	if !c.Ours() || v.Text("transport") != "tcp" || v.Text("tls") != "none" || v.Text("sink") != "socket" ||
		v.Number("connections") != 1 || message == 0 || !v.Bool("nodelay") {
		return s, false
	}
	s = Shape{network: v.Text("network"), frame: message + wire.PrefixSize}
	if !s.strategy(v) {
		return s, false
	}
	if w := v.Number("sndbuf"); w > 0 {
		s.window = 2 * w // the kernel doubles it for its own overhead
	}
	if most, have := limits["limit_bytes_per_second"]; have {
		s.limit, s.most = whichLimit(v, most, links), most/message
	}
	if v.Text("load") != "saturate" {
		if v.Text("load") == "replay" {
			return s, false
		}
		if r := v.Number("rate"); s.most == 0 || r < s.most {
			s.limit, s.most = Offered, r
		}
	}
	s.at = s.most
	return s, true
}

// strategy sets the amounts that follow from how messages are written.
func (s *Shape) strategy(v plan.Values) bool {
	buffer := v.Number("buffer")
	holds := v.Text("flush") == "full" || v.Text("flush") == "idle" && v.Text("load") == "saturate"
	switch v.Text("strategy") {
	case "direct", "rawwrite":
		s.calls = 1
	case "bufio", "ring":
		s.calls, s.copied = 1, 1
		if holds {
			s.calls = min(1, s.frame/buffer)
		}
		if s.frame >= buffer {
			s.copied = 0
		}
	case "writev":
		s.calls, s.listed = 1, 1
		if holds {
			s.calls = 1 / min(max(1, math.Floor(buffer/s.frame)), maxGather)
		}
	default:
		return false
	}
	return v.Text("load") == "saturate" || v.Text("flush") != "window" && v.Text("flush") != "next-write"
}

// maxGather is how many messages one gathered write takes (IOV_MAX).
const maxGather = 1024

// whichLimit tells what makes the link's limit.
func whichLimit(v plan.Values, most float64, links map[string]results.Link) Limit {
	message := v.Number("message")
	rate := 0.0
	if v.Text("network") == "emulated" {
		rate, _ = limit.Link{Rate: v.Number("bandwidth")}.BytesPerSecond()
		rate *= message / (message + wire.PrefixSize)
	} else {
		rate = links[v.Text("network")].Asked["goodput_bytes_per_second"]
	}
	switch {
	case rate > 0 && most >= 0.98*rate:
		return Rate
	case v.Number("loss") > 0:
		return Loss
	}
	return Window
}

func (s Shape) saturated() bool { return s.limit == "" }

// class is the one whose constants the cell is fitted to.
func (s Shape) class() string {
	switch {
	case s.limit == Offered:
		return pacedClass
	case s.limit != "":
		return linkClass
	}
	return s.open()
}

func (s Shape) open() string {
	switch s.network {
	case "loopback":
		return loopbackClass
	case "veth":
		return vethClass
	}
	return emulatorClass
}

// openClasses lists the classes that say how fast the cell would be without a
// limit, the nearest first.
func (s Shape) openClasses() []string {
	if s.open() == emulatorClass {
		return []string{emulatorClass, vethClass}
	}
	return []string{s.open()}
}

// amounts are what a message takes of each amountNames. A writer that the link
// holds back sleeps until a third of the send buffer is free; one at a rate sleeps
// before each message. What the server does each second whatever it sends is
// shared by the messages of a second.
func (s Shape) amounts() []float64 {
	a := []float64{s.copied, s.listed, s.calls, s.frame, 0, 0}
	if s.saturated() || s.at == 0 {
		return a
	}
	a[5] = 1 / s.at
	switch {
	case s.limit == Offered:
		a[4] = 1
	case s.window > 0:
		a[4] = s.frame / (s.window / 3)
	}
	return a
}
