package model

import (
	"math"

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
	window  float64 // bytes of the send buffer; 0 is unknown
	paced   bool    // messages are due at times of their own
	bounds  []Bound // of the link and the load; none is as fast as it can
}

// The classes of cells, each with constants of its own.
const (
	loopbackClass = "loopback, saturated"
	vethClass     = "veth, saturated"
	emulatorClass = "emulated without a limit, saturated"
	linkClass     = "held back by the link"
	pacedClass    = "at a rate"
)

var (
	openClasses = []string{loopbackClass, vethClass, emulatorClass}
	classes     = append(openClasses[:len(openClasses):len(openClasses)], linkClass, pacedClass)
)

// amountNames name what a constant is for each of.
var amountNames = []string{"copied message", "listed message", "write call", "byte", "wake-up", "second"}

// shapeOf is false for cells the model knows nothing of: other transports than
// bare TCP, many connections, other servers, strategies whose calls do not follow
// from the factors.
func shapeOf(c plan.Cell, measured float64, links map[string]results.Link) (s Shape, ok bool) {
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
	s.bounds = bounds(v, measured, links)
	switch v.Text("load") {
	case "saturate":
	case "replay":
		return s, false
	default:
		s.bounds = append(s.bounds, Bound{Offered, v.Number("rate")})
		s.paced = true
	}
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

// saturated tells whether nothing but the server limits the cell.
func (s Shape) saturated() bool { return len(s.bounds) == 0 }

// class is the one whose constants the cell is fitted to.
func (s Shape) class() string {
	switch {
	case s.paced:
		return pacedClass
	case !s.saturated():
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

// asOpen lists the classes that say how fast the cell would be without a limit,
// the nearest first.
func (s Shape) asOpen() []string {
	if s.open() == emulatorClass {
		return []string{emulatorClass, vethClass}
	}
	return []string{s.open()}
}

// flatOut are the amounts of a message, by amountNames, of a writer that nothing
// holds back.
func (s Shape) flatOut() []float64 {
	return []float64{s.copied, s.listed, s.calls, s.frame, 0, 0}
}

// amountsAt are those at a number of messages per second that is not the writer's
// own. One that the link holds back sleeps until a third of the send buffer is
// free; one at a pace sleeps before each message. What the server does each second
// whatever it sends is shared by the messages of a second.
func (s Shape) amountsAt(rate float64) []float64 {
	a := s.flatOut()
	if s.paced {
		a[4] = 1
	} else if s.window > 0 {
		a[4] = s.frame / (s.window / 3)
	}
	a[5] = 1 / rate
	return a
}
