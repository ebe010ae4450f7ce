package strategy

import "time"

// A flight is what the kernel tells of a connection's bytes at one moment.
type flight struct {
	acked     uint64        // bytes that the peer has acknowledged
	rate      float64       // bytes per second that it took lately (delivery rate)
	rtt       time.Duration // smoothed
	least     time.Duration // least RTT seen
	starting  bool          // in slow start: the rate says how far it got, not what the path bears
	segment   int           // bytes of a full one
	queued    int           // memory of the send queue, overhead included
	buffer    int           // memory it may have
	connected bool
}

// inflight decides how many bytes a connection may have in flight, written and
// not acknowledged: a share of bandwidth times round-trip time, and no more than
// keeps the send queue below a share of its buffer.
//
// Bandwidth times *smoothed* RTT is, by Little's law, what is in flight already:
// a share of 1 keeps the queues there are, a larger one lets them grow until the
// buffer stops it. With the least RTT it is what the path holds without queues.
type inflight struct {
	share float64 // of bandwidth times RTT
	least bool    // take the least RTT
	high  float64 // share of the send buffer
}

// leastSegments is always allowed: TCP's initial window (RFC 6928).
const leastSegments = 10

// limit is in bytes; negative is none.
func (i inflight) limit(f flight) int {
	if f.starting || f.rate == 0 || f.rtt == 0 {
		return -1
	}
	rtt := f.rtt
	if i.least && f.least > 0 {
		rtt = f.least
	}
	return max(int(i.share*f.rate*rtt.Seconds()), leastSegments*f.segment)
}

// room is how many of n bytes may be written now, of which sent were so far; 0 is
// none. What is more than a quarter of a bound goes in parts, so that writing one
// part does not wait for all before it.
func (i inflight) room(f flight, sent uint64, n int) int {
	queue := int(i.high * float64(f.buffer))
	n = min(n, max(queue/4, 1))
	limit := i.limit(f)
	if limit >= 0 {
		n = min(n, max(limit/4, 1))
	}
	if f.queued+n > queue || limit >= 0 && int(sent-f.acked)+n > limit {
		return 0
	}
	return n
}

// The waits between two looks at a connection that has no room.
const (
	yieldFor  = 2 * time.Millisecond // a runtime's timer comes a millisecond late: until then it yields
	leastWait = time.Millisecond
	mostWait  = 20 * time.Millisecond
)

// wait is how long to sleep until the next look, waited being how long it has
// been already; 0 is to yield.
func (f flight) wait(waited time.Duration) time.Duration {
	if waited < yieldFor && f.rtt < yieldFor {
		return 0
	}
	return min(max(f.rtt/4, leastWait), mostWait)
}
