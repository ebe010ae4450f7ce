package server

import (
	"container/heap"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/schedule"
)

// pacer wakes each feed when its next message is due. It sleeps on a thread of
// its own to absolute times; what is already due when it wakes goes at once, so
// rates above what sleeping can do become batches.
type pacer struct {
	feeds []*feed
	busy  *atomic.Int64           // writers that are at work
	late  *hdrhistogram.Histogram // ns behind the intended time, all writers idle
	begin int64                   // lateness counts from here
}

func newPacer(feeds []*feed, busy *atomic.Int64, begin int64) *pacer {
	return &pacer{feeds: feeds, busy: busy, late: hist.New(), begin: begin}
}

// run returns when no feed has a message left, or stop is closed.
func (p *pacer) run(stop <-chan struct{}) {
	var done sync.WaitGroup
	done.Go(func() {
		// The goroutine ends with its thread locked: the thread's timer slack
		// must not reach other goroutines.
		runtime.LockOSThread()
		_ = clock.Precise() // without it the lateness is larger, and recorded
		p.loop(stop)
	})
	done.Wait()
}

func (p *pacer) loop(stop <-chan struct{}) {
	h := make(dueHeap, 0, len(p.feeds))
	for _, f := range p.feeds {
		h = append(h, timer{f.next.due, f})
	}
	heap.Init(&h)
	for len(h) > 0 && h[0].due != schedule.Never {
		select {
		case <-stop:
			return
		default:
		}
		now := clock.Now()
		// Only a wake-up on an idle server tells of the pacer alone: a busy one
		// takes the core away from it, and that lateness is part of the result.
		alone := h[0].due > now && p.busy.Load() == 0
		if h[0].due > now {
			clock.SleepUntil(min(h[0].due, now+maxSleep))
			now = clock.Now()
		}
		if alone && h[0].due >= p.begin && h[0].due <= now {
			hist.Record(p.late, now-h[0].due)
		}
		for h[0].due <= now {
			h[0].due = h[0].feed.refill(now)
			heap.Fix(&h, 0)
		}
	}
}

// maxSleep bounds how long a stop can go unnoticed, in ns.
const maxSleep = 100e6

// timer is a feed and when it wants to be looked at.
type timer struct {
	due  int64
	feed *feed
}

type dueHeap []timer

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due < h[j].due }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(timer)) }
func (h *dueHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
