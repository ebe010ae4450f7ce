package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/schedule"
	"github.com/pushbench/pushbench/server/sse"
	"github.com/pushbench/pushbench/server/strategy"
)

// scribe notes what a strategy is told. It holds up to limit bytes if limit is
// not 0, as a bufio.Writer does.
type scribe struct {
	limit int
	held  int
	log   []string
}

func (s *scribe) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		for s.limit > 0 && s.held+len(m) > s.limit {
			s.log = append(s.log, fmt.Sprintf("full %d", s.held))
			s.held = 0
		}
		s.held += len(m)
	}
	if s.limit == 0 {
		s.log = append(s.log, fmt.Sprintf("%d messages, %d bytes", len(msgs), s.held))
		s.held = 0
	}
	return nil
}

type flushScribe struct{ *scribe }

func (s flushScribe) Buffered() int { return s.held }
func (s flushScribe) Flush() error {
	s.log = append(s.log, fmt.Sprintf("flush %d", s.held))
	s.held = 0
	return nil
}

func msgs(n, size int) (out [][]byte) {
	for range n {
		out = append(out, make([]byte, size))
	}
	return out
}

func TestOutletPolicies(t *testing.T) {
	tests := []struct {
		name    string
		set     settings
		limit   int // of the scribe: a strategy that holds bytes
		gathers bool
		n       int
		want    string
		left    bool // something is held after put
	}{
		{name: "direct", n: 3, want: "3 messages, 30 bytes"},
		{name: "each", set: settings{flush: flushEach}, limit: 100, n: 2, want: "flush 10; flush 10"},
		{name: "full", set: settings{flush: flushFull}, limit: 25, n: 5, want: "full 20; full 20", left: true},
		{name: "idle", set: settings{flush: flushIdle}, limit: 25, n: 3, want: "full 20", left: true},
		{name: "window below its threshold", set: settings{flush: flushWindow, threshold: 40}, limit: 100, n: 3, want: "", left: true},
		{name: "window at its threshold", set: settings{flush: flushWindow, threshold: 40}, limit: 100, n: 5, want: "flush 40", left: true},
		{name: "gather each", set: settings{flush: flushEach, buffer: 25}, gathers: true, n: 2, want: "1 messages, 10 bytes; 1 messages, 10 bytes"},
		{name: "gather full", set: settings{flush: flushFull, buffer: 25}, gathers: true, n: 5, want: "2 messages, 20 bytes; 2 messages, 20 bytes", left: true},
		{name: "gather window", set: settings{flush: flushWindow, buffer: 90, threshold: 25}, gathers: true, n: 3, want: "2 messages, 20 bytes", left: true},
		{name: "gather at most IOV_MAX", set: settings{flush: flushFull, buffer: 1 << 20}, gathers: true, n: 1025, want: "1024 messages, 10240 bytes", left: true},
		{name: "gather one that is too large", set: settings{flush: flushFull, buffer: 5}, gathers: true, n: 2, want: "1 messages, 10 bytes", left: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &scribe{limit: tt.limit}
			var strat strategy.Strategy = s
			if tt.limit > 0 {
				strat = flushScribe{s}
			}
			tt.set.spec.Gathers = tt.gathers
			tt.set.window = time.Hour
			o := newOutlet(tt.set, strat, func() int64 { return 0 })
			if err := o.put(msgs(tt.n, 10)); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.log, "; "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if o.held() != tt.left {
				t.Errorf("held %v, want %v", o.held(), tt.left)
			}
			if err := o.emit(); err != nil || o.held() {
				t.Errorf("after emit: held %v, %v", o.held(), err)
			}
		})
	}
}

// The time of a window counts from the first byte held, and its tail leaves
// although no further message comes.
func TestOutletWindowTime(t *testing.T) {
	for _, gathers := range []bool{false, true} {
		now := int64(0)
		s := &scribe{limit: 100}
		var strat strategy.Strategy = flushScribe{s}
		set := settings{flush: flushWindow, window: 10 * time.Millisecond, threshold: 100, buffer: 100}
		if gathers {
			s.limit, set.spec.Gathers, strat = 0, true, s
		}
		o := newOutlet(set, strat, func() int64 { return now })
		put := func(at time.Duration) {
			now = int64(at)
			if err := o.put(msgs(1, 10)); err != nil {
				t.Fatal(err)
			}
		}
		if d, err := o.wait(); d != -1 || err != nil {
			t.Fatalf("an empty window waits %v, %v", d, err)
		}
		put(5 * time.Millisecond)
		put(12 * time.Millisecond)
		if d, _ := o.wait(); d != 3*time.Millisecond || len(s.log) != 0 {
			t.Errorf("gathers %v: 7 ms into the window: wait %v, wrote %v", gathers, d, s.log)
		}
		now = int64(15 * time.Millisecond)
		if d, _ := o.wait(); d != -1 || len(s.log) != 1 || o.deadline != schedule.Never {
			t.Errorf("gathers %v: at its end: wait %v, wrote %v", gathers, d, s.log)
		}
		put(20 * time.Millisecond)
		put(40 * time.Millisecond) // late: it leaves with what waited
		if len(s.log) != 2 {
			t.Errorf("gathers %v: past its end: wrote %v", gathers, s.log)
		}
	}
}

// A silent connection gets a sign of life, flushed, as often as asked; what is
// written or due earlier puts it off or comes first.
func TestOutletBeats(t *testing.T) {
	now := int64(0)
	s := &scribe{limit: 100}
	set := settings{flush: flushWindow, window: 3 * time.Millisecond, threshold: 100}
	o := newOutlet(set, flushScribe{s}, func() int64 { return now })
	o.beats = sse.NewHeartbeat(10*time.Millisecond, 0)
	o.beat = func() error { s.held++; return nil }
	for _, step := range []struct {
		at   time.Duration
		put  bool
		want time.Duration
		log  string
	}{
		{0, false, 10 * time.Millisecond, ""},
		{4 * time.Millisecond, true, 3 * time.Millisecond, ""}, // the window ends first
		{7 * time.Millisecond, false, 7 * time.Millisecond, "flush 10"},
		{14 * time.Millisecond, false, 10 * time.Millisecond, "flush 10; flush 1"},
		{25 * time.Millisecond, false, 10 * time.Millisecond, "flush 10; flush 1; flush 1"},
	} {
		now = int64(step.at)
		if step.put {
			o.beats.Spoke(now)
			if err := o.put(msgs(1, 10)); err != nil {
				t.Fatal(err)
			}
		}
		d, err := o.wait()
		if got := strings.Join(s.log, "; "); d != step.want || err != nil || got != step.log {
			t.Errorf("at %v: waits %v, %v; wrote %s", step.at, d, err, got)
		}
	}
}

func TestQueue(t *testing.T) {
	q := newQueue(100)
	var want []item
	for i := range 100 {
		q.push(item{seq: uint64(i)})
		if i%3 == 0 {
			q.drop()
		}
	}
	for i := 34; i < 100; i++ {
		want = append(want, item{seq: uint64(i)})
	}
	got := q.pop(q.pop(nil, 10), 1000)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(item{})); diff != "" {
		t.Error(diff)
	}
}
