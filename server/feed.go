package server

import (
	"sync"

	"github.com/pushbench/pushbench/internal/schedule"
)

// queueLimit is how many due messages a connection holds. A stream that has no
// room is not lost: its schedule waits, and the lateness is measured.
const queueLimit = 1024

// A feed turns one connection's schedule into queued items. The pacer refills
// it when a message is due; the writer refills it too when it takes, so that a
// full queue never stops another connection.
type feed struct {
	mu       sync.Mutex
	arrivals schedule.Arrivals
	start    int64 // clock time of the schedule's zero
	end      int64 // messages due from here on are not sent
	next     item  // not yet queued
	queue    *queue
	wake     chan struct{} // capacity 1: something became due
}

func newFeed(a schedule.Arrivals, start, end int64) *feed {
	f := &feed{arrivals: a, start: start, end: end, queue: newQueue(queueLimit), wake: make(chan struct{}, 1)}
	f.next.due = f.due()
	return f
}

// due draws the next time from the schedule.
func (f *feed) due() int64 {
	t := f.arrivals.Next()
	if t == schedule.Never || f.start+t >= f.end {
		return schedule.Never
	}
	return f.start + t
}

// fill queues what is due and has room. The lock is held.
func (f *feed) fill(now int64) {
	for f.next.due <= now && !f.queue.full() {
		f.queue.push(f.next)
		f.next = item{seq: f.next.seq + 1, due: f.due()}
	}
}

// refill queues what is due and wakes the writer. It returns when to call it
// again: when the next message is due, or after retryFull if the queue is full.
func (f *feed) refill(now int64) (next int64) {
	f.mu.Lock()
	f.fill(now)
	next = f.next.due
	if next <= now {
		next = now + retryFull
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
	return next
}

// retryFull is when the pacer looks again at a full queue. The writer refills
// it by itself, so this only bounds how long the pacer forgets the stream.
const retryFull = 1e6

// take moves up to n due items to dst. With none taken, done says whether any
// will still come.
func (f *feed) take(dst []item, n int, now int64) (items []item, done bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fill(now)
	dst = f.queue.pop(dst, n)
	return dst, f.queue.n == 0 && f.next.due == schedule.Never
}
