package sched

import (
	"sort"
	"time"
)

// A queue remembers when the packets it let in leave the bottleneck, so that it
// can say which of them still wait at a later time.
type queue struct {
	entries []entry // ordered by departure
	head    int
	bytes   int // of every packet ever let in
}

type entry struct {
	departs time.Duration
	before  int // bytes of all packets before this one
}

// add lets a packet in that leaves at departs.
func (q *queue) add(departs time.Duration, size int) {
	q.entries = append(q.entries, entry{departs, q.bytes})
	q.bytes += size
}

// waiting counts the packets, and their bytes, that have not left at t.
func (q *queue) waiting(t time.Duration) (packets, bytes int) {
	live := q.entries[q.head:]
	i := sort.Search(len(live), func(i int) bool { return live[i].departs > t })
	if i == len(live) {
		return 0, 0
	}
	return len(live) - i, q.bytes - live[i].before
}

// forget drops what no question about now or later needs.
func (q *queue) forget(now time.Duration) {
	for q.head < len(q.entries) && q.entries[q.head].departs <= now {
		q.head++
	}
	if q.head > 64 && q.head*2 > len(q.entries) {
		n := copy(q.entries, q.entries[q.head:])
		q.entries, q.head = q.entries[:n], 0
	}
}
