package sched

import (
	"math"
	"sort"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
)

// A bottleneck serves packets one after the other at the rate, or by the trace,
// in force while it serves them. As the profile's future is known, it knows when
// a packet will have left as soon as it comes.
type bottleneck struct {
	at    func(time.Duration) (s *profile.Shape, next time.Duration)
	trace cursor
	queue queue
}

// finish is when size bytes that begin service at start have left.
func (b *bottleneck) finish(start time.Duration, size int) time.Duration {
	left := float64(size) // bytes
	for t := start; ; {
		s, next := b.at(t)
		if next < 0 {
			next = math.MaxInt64
		}
		switch {
		case s.Trace != nil:
			end := b.trace.serve(s.Trace, t, next, &left)
			if left <= 0 {
				return end
			}
		case s.Rate > 0:
			perByte := float64(8*time.Second) / float64(s.Rate)
			need := left + float64(s.Overhead)
			if end := t + time.Duration(math.Round(need*perByte)); end <= next {
				return end
			}
			left -= float64(next-t) / perByte
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

// serve uses opportunities from t on and before next until *left bytes are
// served; it returns the time of the last one used.
func (c *cursor) serve(tr *profile.Trace, t, next time.Duration, left *float64) time.Duration {
	if c.trace != tr {
		*c = cursor{trace: tr, left: profile.OpportunityBytes}
	}
	if c.time(c.index) < t {
		c.skip(t)
	}
	for {
		at := c.time(c.index)
		if at >= next {
			return next
		}
		used := min(c.left, *left)
		c.left -= used
		*left -= used
		if c.left == 0 {
			c.index, c.left = c.index+1, profile.OpportunityBytes
		}
		if *left == 0 {
			return at
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

func (c *cursor) time(index int) time.Duration {
	n := len(c.trace.Times)
	return time.Duration(index/n)*c.trace.Period() + c.trace.Times[index%n]
}

// A queue remembers when packets that were let in leave the bottleneck, so that
// it can say who is still waiting at any later time.
type queue struct {
	entries []entry // departures never go back
	head    int
	bytes   int // of every packet ever let in
}

type entry struct {
	departs time.Duration
	bytes   int // of all packets up to this one
}

// forget drops entries that no later question can ask for.
func (q *queue) forget(now time.Duration) {
	for q.head < len(q.entries) && q.entries[q.head].departs <= now {
		q.head++
	}
	if q.head > 64 && q.head*2 > len(q.entries) {
		n := copy(q.entries, q.entries[q.head:])
		q.entries, q.head = q.entries[:n], 0
	}
}

// waiting counts the packets, and their bytes, that have not left at t.
func (q *queue) waiting(t time.Duration) (packets, bytes int) {
	live := q.entries[q.head:]
	i := sort.Search(len(live), func(i int) bool { return live[i].departs > t })
	switch {
	case i == len(live):
		return 0, 0
	case i > 0:
		return len(live) - i, q.bytes - live[i-1].bytes
	case q.head > 0:
		return len(live), q.bytes - q.entries[q.head-1].bytes
	default:
		return len(live), q.bytes - q.base
	}
}

// add lets a packet in that leaves at departs.
func (q *queue) add(departs time.Duration, size int) {
	q.bytes += size
	q.entries = append(q.entries, entry{departs, q.bytes})
}
