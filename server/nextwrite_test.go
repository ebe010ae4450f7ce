package server

import (
	"slices"
	"testing"
	"time"

	"github.com/pushbench/pushbench/server/strategy"
)

// A window that looks at the clock only when a message comes flushes with the
// first one after its time, or at its threshold; what comes last stays.
func TestOutletNextWrite(t *testing.T) {
	for _, gathers := range []bool{false, true} {
		now := int64(0)
		s := &scribe{limit: 100}
		var strat strategy.Strategy = flushScribe{s}
		set := settings{flush: flushNextWrite, window: 10 * time.Millisecond, threshold: 30, buffer: 100}
		want := []string{"flush 20", "flush 30", "flush 10"}
		if gathers {
			s.limit, set.spec.Gathers, strat = 0, true, s
			want = []string{"2 messages, 20 bytes", "3 messages, 30 bytes", "1 messages, 10 bytes"}
		}
		o := newOutlet(set, strat, func() int64 { return now })
		put := func(at time.Duration, n int) {
			t.Helper()
			now = int64(at)
			if err := o.put(msgs(n, 10)); err != nil {
				t.Fatal(err)
			}
		}
		put(4*time.Millisecond, 1)
		put(10*time.Millisecond, 1) // the time is over: both leave
		put(15*time.Millisecond, 3) // the threshold, by bytes alone
		put(16*time.Millisecond, 1)
		now = int64(time.Hour)
		if d, err := o.wait(); d >= 0 || err != nil || !o.held() {
			t.Errorf("gathers %v: a timer flushed the tail, or will in %v: %v", gathers, d, err)
		}
		if err := o.emit(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.log, want) {
			t.Errorf("gathers %v: got %q, want %q", gathers, s.log, want)
		}
	}
}
