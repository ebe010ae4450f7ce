package usage

import (
	"math"
	"runtime/metrics"
	"testing"
)

var sink []byte

func TestWindowCountsOnlyWhatIsInIt(t *testing.T) {
	r := NewReader()
	r.End()
	begin := r.Begin()
	const n = 1000
	for range n {
		sink = make([]byte, 64)
	}
	got := r.End().Sub(begin)
	if got.Allocs < n || got.Allocs > n+20 {
		t.Errorf("%d allocations counted, %d made", got.Allocs, n)
	}
}

func TestCPUGrows(t *testing.T) {
	r := NewReader()
	begin := r.Begin()
	for r.End().CPU == begin.CPU {
		for range 1 << 20 {
			sink = sink[:0]
		}
	}
}

func TestSubKeepsUnknownUnknown(t *testing.T) {
	one := uint64(1)
	if d := (Usage{ContextSwitches: &one}).Sub(Usage{}); d.ContextSwitches != nil {
		t.Errorf("a figure that was unknown became %d", *d.ContextSwitches)
	}
}

func TestQuantileSince(t *testing.T) {
	h := &metrics.Float64Histogram{Counts: []uint64{10, 5, 1, 4}, Buckets: []float64{0, 1, 2, 3, math.Inf(1)}}
	for _, c := range []struct {
		before []uint64
		q      float64
		want   float64
	}{
		{nil, 0.5, 1},
		{nil, 0.75, 2},
		{nil, 0.99, 3}, // the last bucket has no upper bound
		{[]uint64{10, 0, 0, 0}, 0.5, 2},
		{[]uint64{10, 5, 0, 4}, 0.01, 3},
		{[]uint64{10, 5, 1, 4}, 0.99, 0},
	} {
		if got := quantileSince(c.before, h, c.q); got != c.want {
			t.Errorf("quantile %v since %v: %v, want %v", c.q, c.before, got, c.want)
		}
	}
}
