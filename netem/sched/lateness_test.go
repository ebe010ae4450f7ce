package sched_test

import (
	"testing"
	"time"

	"github.com/pushbench/pushbench/netem/sched"
)

func TestLatenessQuantiles(t *testing.T) {
	var l sched.Lateness
	if l.Quantile(1) != 0 || l.Count() != 0 {
		t.Error("an empty one is late")
	}
	for i := range 1000 {
		l.Add(time.Duration(i+1) * us)
	}
	for _, q := range []float64{0.01, 0.5, 0.99, 1} {
		exact := time.Duration(q * 1000 * float64(us))
		if got := l.Quantile(q); got < exact || got > exact*9/8 {
			t.Errorf("quantile %g is %v, want %v to an eighth", q, got, exact)
		}
	}
	before := l
	l.Add(-5)
	l.Add(3 * time.Hour)
	if d := l.Sub(before); d.Count() != 2 || d.Quantile(0.5) != 0 {
		t.Errorf("since then %d, median %v; want 2, one not late", d.Count(), d.Quantile(0.5))
	}
	l.Merge(before)
	if l.Count() != 2002 {
		t.Errorf("merged count %d", l.Count())
	}
}
