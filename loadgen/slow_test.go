package loadgen

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestIsSlow(t *testing.T) {
	for _, tt := range []struct {
		n     int
		share float64
		want  int
	}{{10, 0.3, 3}, {10, 0, 0}, {10, 1, 10}, {3, 0.5, 2}, {10000, 0.001, 10}, {1, 0.4, 0}} {
		got := 0
		for i := range tt.n {
			if isSlow(i, tt.n, tt.share) {
				got++
			}
		}
		if got != tt.want {
			t.Errorf("%v of %d: %d slow, want %d", tt.share, tt.n, got, tt.want)
		}
	}
}

func TestSlownessTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		s := slowness{rate: 1000, done: done}
		began := time.Now()
		if !s.pause(500) || time.Since(began) != 500*time.Millisecond {
			t.Errorf("500 B at 1000 B/s took %v", time.Since(began))
		}
		time.AfterFunc(time.Hour, func() { close(done) })
		stopped := slowness{done: done}
		if stopped.pause(0) || time.Since(began) != time.Hour+500*time.Millisecond {
			t.Errorf("a stopped reader went on after %v", time.Since(began))
		}
	})
}
