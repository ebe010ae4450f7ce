package server

import (
	"runtime"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/schedule"
	"github.com/pushbench/pushbench/server/sse"
)

// endless is when a live stream stops, in ns since its start: in some decades,
// with room for sums.
const endless = schedule.Never / 4

// join returns the feed of a reader who has seen all up to an event id, or nothing.
//
// A message follows from its number, so that a history is just numbers: what is
// sent again goes through queue, strategy and flush policy as all else does, and
// its latency counts from when it was due.
func (l *Live) join(lastEventID string) *feed {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := l.position(lastEventID, clock.Now())
	a := schedule.ConstantFrom(l.settings.load.Rate, l.settings.message, first)
	f := newFeed(a, l.start, l.start+endless, l.settings.queue, l.settings.overflow)
	f.next.seq = first
	l.feeds[f] = struct{}{}
	l.counts.Streams++
	if lastEventID != "" {
		l.counts.Resumed++
	}
	return f
}

// position is the number of the first message for a reader who comes at a time.
// Whoever has seen another process's stream gets all that is left of this one's.
func (l *Live) position(lastEventID string, now int64) uint64 {
	next := schedule.ConstantBy(l.settings.load.Rate, now-l.start)
	if lastEventID == "" {
		return next
	}
	oldest := next - min(next, uint64(l.cfg.History))
	stream, seq, ok := sse.ParseID(lastEventID)
	if !ok || stream != l.cfg.Site.Stream {
		return oldest
	}
	return min(next, max(oldest, seq+1))
}

// pace wakes every reader when a message is due, as a trial's pacer does: all are
// due at the same times, so one sleep is enough for all.
func (l *Live) pace() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The goroutine ends with its thread locked: the thread's timer slack must
		// not reach other goroutines.
		runtime.LockOSThread()
		_ = clock.Precise()
		arrivals := schedule.Constant(l.settings.load.Rate, l.settings.message, 0, 1)
		due := l.start + arrivals.Next().At
		for !l.crew.over() {
			now := clock.Now()
			if due > now {
				clock.SleepUntil(min(due, now+maxSleep))
				continue
			}
			for due <= now {
				due = l.start + arrivals.Next().At
			}
			l.refill(now)
		}
	}()
	<-done
}

func (l *Live) refill(now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for f := range l.feeds {
		f.refill(now)
	}
}
