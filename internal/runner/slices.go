package runner

import (
	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// A cut is one slice as both sides saw it, in base units.
type cut struct {
	span, messages, bytes float64 // of the reader
	cpu                   float64 // of the server
	sent, calls           float64 // of our own server
	segments              float64
	ours, counted         bool // sent and calls, and segments, are known
}

// cuts are the slices of an outcome.
func (o outcome) cuts() (out []cut) {
	for i, g := range o.generator.Slices {
		c := cut{span: seconds(g.End.Time - g.Begin.Time), messages: float64(g.End.Messages - g.Begin.Messages), bytes: float64(g.End.Bytes - g.Begin.Bytes)}
		switch {
		case o.own != nil && i < len(o.own.Slices):
			c.cpu = o.own.Slices[i].End.CPU - o.own.Slices[i].Begin.CPU
		case i < len(o.server.Slices):
			c.serve(o.server.Slices[i])
		}
		out = append(out, c)
	}
	return out
}

func (c *cut) serve(s server.Slice) {
	c.ours, c.cpu = true, s.End.CPU-s.Begin.CPU
	c.sent, c.calls = float64(s.End.Messages-s.Begin.Messages), float64(s.End.Calls-s.Begin.Calls)
	if s.Begin.Segments != nil && s.End.Segments != nil {
		c.segments, c.counted = float64(*s.End.Segments-*s.Begin.Segments), true
	}
}

// whole tells whether the arm was at work in the slice.
func (c cut) whole() bool {
	return c.span > 0 && c.bytes > 0 && c.cpu > 0 && (!c.ours || c.sent > 0)
}

// aligned leaves out of all outcomes the slices in which one of them did nothing,
// because the machine had other things to do. How many an arm did nothing in is kept:
// one that stands still more often than the other is no matter of the machine.
func aligned(all []outcome) []outcome {
	var keep []bool
	for i, o := range all {
		for j, c := range o.cuts() {
			all[i].slices++
			if !c.whole() {
				all[i].idle++
			}
			if i == 0 {
				keep = append(keep, true)
			}
			keep[j] = keep[j] && c.whole()
		}
	}
	for i := range all {
		o := &all[i]
		o.generator.Slices, o.server.Slices = kept(o.generator.Slices, keep), kept(o.server.Slices, keep)
		if o.own != nil {
			o.own.Slices = kept(o.own.Slices, keep)
		}
	}
	return all
}

func kept[T any](slices []T, keep []bool) (out []T) {
	for i, k := range keep {
		if k && i < len(slices) {
			out = append(out, slices[i])
		}
	}
	return out
}

// deriveSlices adds the values of each slice, and makes those of all of them
// together the trial's.
func deriveSlices(t *results.Trial, o outcome) {
	cuts := o.cuts()
	if len(cuts) == 0 {
		return
	}
	sum := cuts[0]
	t.Slices = map[string][]float64{}
	for i, c := range cuts {
		if i > 0 {
			sum.add(c)
		}
		for name, x := range c.metrics() {
			t.Slices[name] = append(t.Slices[name], x)
		}
	}
	for name, x := range sum.metrics() {
		if name != "write_calls_per_message" && name != "segments_per_message" { // the whole window has more of those
			t.Metrics[name] = x
		}
	}
}

func (c *cut) add(b cut) {
	c.span, c.messages, c.bytes, c.cpu = c.span+b.span, c.messages+b.messages, c.bytes+b.bytes, c.cpu+b.cpu
	c.sent, c.calls, c.segments = c.sent+b.sent, c.calls+b.calls, c.segments+b.segments
}

// metrics are those that a slice tells. What a server of the user's sent is known
// by what arrived.
func (c cut) metrics() map[string]float64 {
	m := map[string]float64{"goodput_bytes_per_second": c.bytes / c.span}
	if c.messages > 0 {
		m["messages_per_second"] = c.messages / c.span
	}
	sent := c.messages
	if c.ours {
		sent = c.sent
		m["write_calls_per_message"] = c.calls / sent
	}
	if c.counted {
		m["segments_per_message"] = c.segments / sent
	}
	if sent > 0 {
		m["server_cpu_seconds_per_message"] = c.cpu / sent
	}
	return m
}

// working is the share of the window in which the load of a trial ran.
func working(times child.Go) float64 {
	_, turns := times.Warm()
	if len(turns) == 0 || times.End <= times.Begin {
		return 1
	}
	var sum int64
	for _, t := range turns {
		sum += t.End - t.Start
	}
	return float64(sum) / float64(times.End-times.Begin)
}

// judgeSlices wants most of what was asked for.
func judgeSlices(o outcome, invalid func(string, ...any)) {
	_, turns := o.generator.Times.Warm()
	if n := len(o.generator.Slices); 2*n < len(turns) {
		invalid("the machine was too busy: most slices of the window were lost")
	}
}
