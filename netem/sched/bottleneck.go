package sched

import (
	"math"
	"sort"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
)

// A bottleneck serves packets one after the other at the rate, or by the trace,
// in force while it serves them. As the profile's future is known, it knows when
// a packet will have left as soon as it comes. Times count from the profile's
// beginning.
type bottleneck struct {
	at    func(time.Duration) (s *profile.Shape, next time.Duration)
	trace cursor
}

// finish is when a packet of size bytes whose service begins at start has left.
func (b *bottleneck) finish(start time.Duration, size int) time.Duration {
	left := 1.0 // share of the packet
	for t := start; ; {
		s, next := b.at(t)
		switch {
		case s.Trace != nil:
			end, unserved := b.trace.serve(s.Trace, t, next, left*float64(size))
			if unserved == 0 {
				return end
			}
			left = unserved / float64(size)
		case s.Rate > 0:
			whole := float64(s.Rate.Duration(size + profile.HeaderBytes + s.Overhead))
			if end := t + time.Duration(math.Round(left*whole)); end <= next {
				return end
			}
			left -= float64(next-t) / whole
		default:
			return t
		}
		t = next
	}
}

// A cursor stands in a trace, at an opportunity with bytes left in it.
type cursor struct {
	trace *profile.Trace
	index int // counts on over repetitions
	left  float64
}

// serve uses opportunities from t on, and before next, for so many bytes. It
// returns the time of the last one it used and the bytes that found none.
func (c *cursor) serve(tr *profile.Trace, t, next time.Duration, bytes float64) (time.Duration, float64) {
	if c.trace != tr {
		*c = cursor{trace: tr, left: profile.OpportunityBytes}
	}
	if c.time() < t {
		c.skip(t)
	}
	for {
		at := c.time()
		if at >= next {
			return at, bytes
		}
		used := min(c.left, bytes)
		c.left -= used
		bytes -= used
		if c.left == 0 {
			c.index, c.left = c.index+1, profile.OpportunityBytes
		}
		if bytes == 0 {
			return at, 0
		}
	}
}

// skip moves to the first opportunity at t or later: those before are lost.
func (c *cursor) skip(t time.Duration) {
	times := c.trace.Times
	// An opportunity at the very end of a period comes before those at 0 of
	// the next one, so the period is the one in which t is not yet passed.
	period := max(0, int((t-1)/c.trace.Period()))
	i := sort.Search(len(times), func(i int) bool {
		return time.Duration(period)*c.trace.Period()+times[i] >= t
	})
	c.index, c.left = period*len(times)+i, profile.OpportunityBytes
}

// time is when the opportunity comes.
func (c *cursor) time() time.Duration {
	n := len(c.trace.Times)
	return time.Duration(c.index/n)*c.trace.Period() + c.trace.Times[c.index%n]
}
