package verdict

import (
	"fmt"
	"math"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/model"
)

// What a fitted model calls the costs that the ratio follows from.
const (
	openLoopback = "loopback, saturated"
	ofTime       = "time"
	perCall      = "write call"
	perCopy      = "copied message"
	perByte      = "byte"
)

// costs are seconds of a message at saturation, as the model has fitted them.
type costs struct{ call, copied, byte float64 }

// costsOf fits the model to the run's own cells; ok is false where they are too few.
func costsOf(e Evidence) (c costs, ok bool) {
	cells, _ := model.Observe(results.Manifest{Plan: e.Plan}, e.Trials)
	if len(cells) == 0 {
		return c, false
	}
	for _, k := range model.Fit(cells).Constants() {
		if k.Class != openLoopback || k.Of != ofTime {
			continue
		}
		switch k.Amount {
		case perCall:
			c.call = k.Value
		case perCopy:
			c.copied = k.Value
		case perByte:
			c.byte = k.Value
		}
	}
	return c, c.call > 0
}

// ratio is that of bufio to direct: time per message of one write call each, over a
// copy and the message's share of a full buffer.
func (c costs) ratio(message, buffer float64) float64 {
	frame := message + wire.PrefixSize
	return (c.call + c.byte*frame) / (c.copied + c.call*min(1, frame/buffer) + c.byte*frame)
}

// passes is the message size at which the ratio passes level, between the sizes
// given; NaN where it does not.
func (c costs) passes(level, buffer, from, to float64) float64 {
	if (c.ratio(from, buffer)-level)*(c.ratio(to, buffer)-level) > 0 {
		return math.NaN()
	}
	for range 60 { // the ratio falls with the size
		mid := math.Sqrt(from * to)
		if c.ratio(mid, buffer) > level {
			from = mid
		} else {
			to = mid
		}
	}
	return from
}

// ratioCause explains the ratio by the costs of a call and of a copy.
func ratioCause(e Evidence, found []Curve) string {
	c, ok := costsOf(e)
	if !ok || len(found) == 0 || len(found[0].Points) < 2 {
		return ""
	}
	points, buffer := found[0].Points, found[0].Buffer
	text := fmt.Sprintf("a write call costs %s, a byte %s, copying a message %s; conn.Write makes a call a message, bufio one a buffer (%s)",
		units.Duration(c.call), units.Duration(c.byte), units.Duration(c.copied), units.Size(buffer))
	if at := c.passes(claimedRatio, buffer, points[0].Message, points[len(points)-1].Message); !math.IsNaN(at) {
		return fmt.Sprintf("%s: by that alone bufio is %g× as fast at %s, %s× at %s and %s× at %s", text, claimedRatio, bytes(at),
			units.Digits(c.ratio(points[0].Message, buffer), 2), points[0].Where,
			units.Digits(c.ratio(points[len(points)-1].Message, buffer), 2), points[len(points)-1].Where)
	}
	return text
}
