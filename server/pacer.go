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
	due   dueHeap
	busy  *atomic.Int64           // writers that are at work
	late  *hdrhistogram.Histogram // ns behind the intended time, all writers idle
	begin int64                   // lateness counts from here
}

// newPacer is called before any writer takes from the feeds.
func newPacer(feeds []*feed, busy *atomic.Int64, begin int64) *pacer {
	p := &pacer{busy: busy, late: hist.New(), begin: begin}
	for _, f := range feeds {
		p.due = append(p.due, timer{f.next.due, f})
	}
	heap.Init(&p.due)
	return p
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
	h := &p.due
	first := &p.due[0] // Fix keeps the earliest there
	for first.due != schedule.Never {
		select {
		case <-stop:
			return
		default:
		}
		now := clock.Now()
		// Only a wake-up on an idle server tells of the pacer alone: a busy one
		// takes the core away from it, and that lateness is part of the result.
		alone := first.due > now && p.busy.Load() == 0
		if first.due > now {
			clock.SleepUntil(min(first.due, now+maxSleep))
			now = clock.Now()
		}
		if alone && first.due >= p.begin && first.due <= now {
			hist.Record(p.late, now-first.due)
		}
		for first.due <= now {
			first.due = first.feed.refill(now)
			heap.Fix(h, 0)
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
