package loadgen

import "testing"

// Each message counts in the part of the window in which it was due, and in none
// where it was not due within it.
func TestSlices(t *testing.T) {
	r := newRecorder(3, 4, 1000, 1400)
	r.record(0, 2000, []int64{999, 1000, 1099, 1399, 1400})
	r.record(2, 1500, []int64{1050})
	got := r.sliced()
	if len(got) != 4 || got[0] != (Part{3, 1000 + 901 + 450, 1000}) || got[1].Count != 0 || got[3] != (Part{1, 601, 601}) {
		t.Errorf("%+v", got)
	}
	if n := testing.AllocsPerRun(100, func() { r.record(1, 1500, []int64{1200}) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
