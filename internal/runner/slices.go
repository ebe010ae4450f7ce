package runner

import (
	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/results"
)

// A cut is one slice as both sides saw it, in base units.
type cut struct {
	span, messages, bytes float64 // of the reader
	sent, calls, cpu      float64 // of the server
	segments              float64
	counted               bool // segments is known
}

// cuts are the slices of an outcome; those in which nothing passed are not whole.
func (o outcome) cuts() (out []cut, whole []bool) {
	n := min(len(o.server.Slices), len(o.generator.Slices))
	for i := range n {
		s, g := o.server.Slices[i], o.generator.Slices[i]
		c := cut{
			span: seconds(g.End.Time - g.Begin.Time), messages: float64(g.End.Messages - g.Begin.Messages), bytes: float64(g.End.Bytes - g.Begin.Bytes),
			sent: float64(s.End.Messages - s.Begin.Messages), calls: float64(s.End.Calls - s.Begin.Calls), cpu: s.End.CPU - s.Begin.CPU,
		}
		if s.Begin.Segments != nil && s.End.Segments != nil {
			c.segments, c.counted = float64(*s.End.Segments-*s.Begin.Segments), true
		}
		out = append(out, c)
		whole = append(whole, c.span > 0 && c.messages > 0 && c.sent > 0 && c.cpu > 0)
	}
	return out, whole
}

// aligned leaves out of all outcomes the slices in which one of them did nothing,
// because the machine had other things to do.
func aligned(all []outcome) []outcome {
	var keep []bool
	for i, o := range all {
		_, whole := o.cuts()
		if i == 0 {
			keep = whole
		}
		keep = keep[:min(len(keep), len(whole))]
		for j := range keep {
			keep[j] = keep[j] && whole[j]
		}
	}
	for i := range all {
		o := &all[i]
		o.server.Slices, o.generator.Slices = kept(o.server.Slices, keep), kept(o.generator.Slices, keep)
	}
	return all
}

func kept[T any](slices []T, keep []bool) (out []T) {
	for i, k := range keep {
		if k {
			out = append(out, slices[i])
		}
	}
	return out
}

// deriveSlices adds the values of each slice, and makes those that follow from
// them the trial's.
func deriveSlices(t *results.Trial, o outcome) {
	cuts, _ := o.cuts()
	if len(cuts) == 0 {
		return
	}
	var sum cut
	t.Slices = map[string][]float64{}
	for i, c := range cuts {
		for name, x := range c.metrics() {
			t.Slices[name] = append(t.Slices[name], x)
		}
		sum.counted = c.counted && (i == 0 || sum.counted)
		sum.span, sum.messages, sum.bytes = sum.span+c.span, sum.messages+c.messages, sum.bytes+c.bytes
		sum.sent, sum.calls, sum.cpu = sum.sent+c.sent, sum.calls+c.calls, sum.cpu+c.cpu
		sum.segments += c.segments
	}
	for _, name := range []string{"goodput_bytes_per_second", "messages_per_second", "server_cpu_seconds_per_message"} {
		t.Metrics[name] = sum.metrics()[name]
	}
}

func (c cut) metrics() map[string]float64 {
	m := map[string]float64{
		"goodput_bytes_per_second":       c.bytes / c.span,
		"messages_per_second":            c.messages / c.span,
		"server_cpu_seconds_per_message": c.cpu / c.sent,
		"write_calls_per_message":        c.calls / c.sent,
	}
	if c.counted {
		m["segments_per_message"] = c.segments / c.sent
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
