// Package observe measures streams of messages that it knows nothing of but what
// it is told: when they arrive and, where they carry them, their send times and
// sequence numbers.
package observe

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/offset"
)

// A Config says what is looked at.
type Config struct {
	Stamp  Stamp         // without Read there is no latency
	Number Number        // nil: there is no order
	Stall  time.Duration // a gap longer than this is a stall
	Begin  int64         // of clock.Now: what arrives before is not counted
}

// Counts are what a measurement counted.
type Counts struct {
	Messages   uint64
	Bytes      uint64 // of messages
	Stalls     uint64
	LongestGap time.Duration
	Order
	Unstamped  uint64 // messages whose send time could not be read
	Unnumbered uint64 // messages whose sequence number could not be read
	Early      uint64 // messages that by the clocks arrived before they were sent
}

// A Result is what an Observer measured.
type Result struct {
	Counts
	Gaps    *hdrhistogram.Histogram // between messages of one stream, nanoseconds
	Latency *hdrhistogram.Histogram // empty without send times
	// Bound is the largest error of a latency by the clocks of two hosts, in
	// nanoseconds; 0 where no estimate was used.
	Bound int64
}

// maxShards bounds how many pairs of histograms there are, whatever the number
// of streams: each is 0.4 MB.
const maxShards = 8

// An Observer collects from all streams.
type Observer struct {
	cfg    Config
	shards []shard
	clocks atomic.Pointer[offset.Estimate]
}

type shard struct {
	sync.Mutex
	Counts
	gaps, latency *hdrhistogram.Histogram
	bound         int64
}

// New returns an Observer of that many streams.
func New(streams int, cfg Config) *Observer {
	o := &Observer{cfg: cfg, shards: make([]shard, max(1, min(streams, maxShards)))}
	for i := range o.shards {
		o.shards[i].gaps, o.shards[i].latency = hist.New(), hist.New()
	}
	return o
}

// Clocks says how the sender's clock stands to this one from now on. Until it is
// called, both are taken for the same.
func (o *Observer) Clocks(e offset.Estimate) { o.clocks.Store(&e) }

// Stream returns stream i. One goroutine uses it.
func (o *Observer) Stream(i int) *Stream {
	return &Stream{o: o, shard: &o.shards[i%len(o.shards)]}
}

// Messages is how many were counted so far.
func (o *Observer) Messages() (n uint64) {
	for i := range o.shards {
		s := &o.shards[i]
		s.Lock()
		n += s.Counts.Messages
		s.Unlock()
	}
	return n
}

// Result merges what all streams saw. They must have ended.
func (o *Observer) Result() Result {
	r := Result{Gaps: o.shards[0].gaps, Latency: o.shards[0].latency}
	for i := range o.shards {
		s := &o.shards[i]
		r.Counts.add(s.Counts)
		r.Bound = max(r.Bound, s.bound)
		if i > 0 {
			r.Gaps.Merge(s.gaps)
			r.Latency.Merge(s.latency)
		}
	}
	r.Lost = max(r.Lost, 0) // late ones of before the window
	return r
}

func (c *Counts) add(o Counts) {
	c.Messages += o.Messages
	c.Bytes += o.Bytes
	c.Stalls += o.Stalls
	c.LongestGap = max(c.LongestGap, o.LongestGap)
	c.Lost += o.Lost
	c.Duplicates += o.Duplicates
	c.Reordered += o.Reordered
	c.Restarts += o.Restarts
	c.Unstamped += o.Unstamped
	c.Unnumbered += o.Unnumbered
	c.Early += o.Early
}

// now reads the clocks that latencies need.
func (o *Observer) now() (mono, wall int64) {
	mono = clock.Now()
	if o.cfg.Stamp.Clock == offset.Wall {
		wall = time.Now().UnixNano()
	}
	return mono, wall
}
