package server

import (
	"errors"
	"sync"

	"github.com/pushbench/pushbench/internal/schedule"
)

// overflow is what happens to a message that is due when the queue is full.
type overflow int

const (
	// overflowBlock lets the stream's schedule wait: nothing is lost, and the
	// lateness is measured.
	overflowBlock overflow = iota
	overflowDropOldest
	overflowDropNewest
	overflowDisconnect
)

var overflows = map[string]overflow{
	"block": overflowBlock, "drop-oldest": overflowDropOldest,
	"drop-newest": overflowDropNewest, "disconnect": overflowDisconnect,
}

// errOverflow ends a connection whose queue is full under overflowDisconnect.
var errOverflow = errors.New("its queue is full")

// A feed turns one connection's schedule into queued items. The pacer refills
// it when a message is due; the writer refills it too when it takes, so that a
// full queue never stops another connection.
type feed struct {
	mu       sync.Mutex
	arrivals schedule.Arrivals
	start    int64 // clock time of the schedule's zero
	stop     int64 // messages due from here on are not sent
	overflow overflow
	next     item // not yet queued
	queue    *queue
	dropped  uint64
	look     int64         // when the pacer looks again
	retry    int64         // after how long it does if the queue is full, in ns
	over     bool          // the connection is done, or overflowDisconnect has struck
	wake     chan struct{} // capacity 1: something became due
	notify   func()        // in place of wake, if it is not nil
	giveUp   func()        // makes a writer that is blocked in a call return; may be nil
}

func newFeed(a schedule.Arrivals, start, stop int64, limit int, o overflow) *feed {
	f := &feed{arrivals: a, start: start, stop: stop, retry: firstRetry, overflow: o, queue: newQueue(limit), wake: make(chan struct{}, 1)}
	f.advance(0)
	return f
}

// advance draws the next message from the schedule.
func (f *feed) advance(seq uint64) {
	a := f.arrivals.Next()
	f.next = item{seq: seq, due: schedule.Never, size: a.Size}
	if a.At < f.stop-f.start {
		f.next.due = f.start + a.At
	}
}

// fill queues what is due. The lock is held.
func (f *feed) fill(now int64) {
	for f.next.due <= now && !f.over {
		if f.queue.full() {
			switch f.overflow {
			case overflowBlock:
				return
			case overflowDisconnect:
				f.disconnect()
				return
			case overflowDropOldest:
				f.queue.drop()
				f.queue.push(f.next)
			case overflowDropNewest:
			}
			f.dropped++
		} else {
			f.queue.push(f.next)
		}
		f.advance(f.next.seq + 1)
	}
}

func (f *feed) disconnect() {
	f.over = true
	if f.giveUp != nil {
		f.giveUp()
	}
}

// refill queues what is due and wakes the writer. It returns when to call it
// again: when the next message is due, or later and later while the queue stays
// full; the writer refills by itself then.
func (f *feed) refill(now int64) (look int64) {
	f.mu.Lock()
	f.fill(now)
	switch {
	case f.over:
		f.look = schedule.Never
	case f.next.due > now:
		f.look, f.retry = f.next.due, firstRetry
	default:
		f.look = now + f.retry
		f.retry = min(2*f.retry, lastRetry)
	}
	look = f.look
	f.mu.Unlock()
	if f.notify != nil {
		f.notify()
		return look
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
	return look
}

// The first and the longest time until the pacer looks at a full queue again, in
// ns: ten thousand blocked connections must not keep it busy.
const (
	firstRetry = 1e6
	lastRetry  = 64e6
)

// take moves up to n due items to dst. With none taken, done says whether any
// will still come.
func (f *feed) take(dst []item, n int, now int64) (items []item, done bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fill(now)
	if f.over {
		return dst, true, errOverflow
	}
	dst = f.queue.pop(dst, n)
	return dst, f.queue.n == 0 && f.next.due == schedule.Never, nil
}

// unwatched returns when the next message is due if the pacer, which found the
// queue full, will look only later; else Never.
func (f *feed) unwatched() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.look > f.next.due {
		return f.next.due
	}
	return schedule.Never
}

// end tells the pacer that the connection is done. It returns whether overflow
// has ended it.
func (f *feed) end() (overflowed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	overflowed = f.over
	f.over = true
	return overflowed
}

// A fate says what became of the messages that were not taken.
type fate struct {
	dropped uint64 // by overflow
	unsent  uint64 // due and never taken
	err     error  // what ended the schedule before its time
}

// close draws the rest of the schedule. Call it when the writer is done.
func (f *feed) close() fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	end := fate{dropped: f.dropped, unsent: uint64(f.queue.n)}
	for f.next.due != schedule.Never {
		end.unsent++
		f.advance(f.next.seq + 1)
	}
	if r, ok := f.arrivals.(interface{ Err() error }); ok {
		end.err = r.Err()
	}
	return end
}
