package loadgen

import (
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/hist"
)

// maxShards bounds how many histograms exist, whatever the number of
// connections: one takes a fifth of a megabyte.
const maxShards = 8

// A recorder collects latencies of messages due within [begin, end).
type recorder struct {
	begin, end int64
	shards     []shard
}

type shard struct {
	sync.Mutex
	hist   *hdrhistogram.Histogram
	slices []Part // of [begin, end), in order; none unless asked for
}

func newRecorder(connections, slices int, begin, end int64) *recorder {
	r := &recorder{begin: begin, end: end, shards: make([]shard, min(connections, maxShards))}
	for i := range r.shards {
		r.shards[i].hist = hist.New()
		r.shards[i].slices = make([]Part, slices)
	}
	return r
}

// record takes the intended send times of messages that arrived at now on
// connection i.
func (r *recorder) record(i int, now int64, dues []int64) {
	s := &r.shards[i%len(r.shards)]
	s.Lock()
	for _, due := range dues {
		if due >= r.begin && due < r.end {
			hist.Record(s.hist, now-due)
			if n := int64(len(s.slices)); n > 0 {
				s.slices[(due-r.begin)*n/(r.end-r.begin)].add(Part{1, now - due, now - due})
			}
		}
	}
	s.Unlock()
}

// merged returns all latencies; the recorder must not be used any more.
func (r *recorder) merged() *hdrhistogram.Histogram {
	all := r.shards[0].hist
	for i := range r.shards[1:] {
		all.Merge(r.shards[i+1].hist)
	}
	return all
}

// sliced returns the latencies by part of the window.
func (r *recorder) sliced() []Part {
	all := r.shards[0].slices
	for s := range r.shards[1:] {
		for i := range all {
			all[i].add(r.shards[s+1].slices[i])
		}
	}
	return all
}
