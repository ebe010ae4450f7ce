package usage

import "testing"

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
