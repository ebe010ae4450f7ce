package observe

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/internal/wire"
)

func TestSequence(t *testing.T) {
	type step struct {
		n     uint64
		fresh bool
	}
	seq := func(ns ...uint64) (steps []step) {
		for _, n := range ns {
			steps = append(steps, step{n: n})
		}
		return steps
	}
	for _, c := range []struct {
		name  string
		steps []step
		want  Order
	}{
		{"in order", seq(0, 1, 2), Order{}},
		{"joined in the middle", seq(70, 71), Order{}},
		{"lost", seq(0, 1, 4), Order{Lost: 2}},
		{"late", seq(0, 2, 1, 3), Order{Reordered: 1}},
		{"twice", seq(0, 1, 1, 0), Order{Duplicates: 2}},
		{"late and twice", seq(0, 2, 1, 1), Order{Reordered: 1, Duplicates: 1}},
		{"lost beyond the memory", seq(0, 5000), Order{Lost: 4999}},
		{"late beyond the memory", seq(0, 5000, 1), Order{Lost: 4999, Reordered: 1}},
		{"from before the first", seq(10, 9), Order{Reordered: 1}},
		{"bits of long ago are cleared", seq(5, 5+memory+1, 5+memory), Order{Lost: memory - 1, Reordered: 1}},
		{"a wild number", seq(0, 1<<60, 1<<60+1), Order{Restarts: 1}},
		{"the largest", seq(1<<64-2, 1<<64-1, 0), Order{}},
		{"resumed", append(seq(0, 1, 2), step{3, true}), Order{}},
		{"resumed with loss", append(seq(0, 1, 2), step{5, true}), Order{Lost: 2}},
		{"resumed with copies", append(seq(0, 1, 2), step{2, true}, step{3, false}), Order{Duplicates: 1}},
		{"numbered anew", append(seq(0, 1, 2), step{0, true}, step{1, false}, step{2, false}), Order{Restarts: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s sequence
			var got Order
			for _, st := range c.steps {
				s.fresh = st.fresh
				s.take(st.n, &got)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// What is lost, doubled and moved within the memory is counted as such.
func TestSequenceCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 500).Draw(t, "n")
		start := rapid.Uint64Range(0, 1<<40).Draw(t, "start")
		arrivals := []uint64{start}
		var want Order
		for i := uint64(1); i < n; i++ {
			switch rapid.IntRange(0, 5).Draw(t, "fate") {
			case 0:
				if i < n-1 { // the loss of the last cannot be seen
					want.Lost++
				} else {
					arrivals = append(arrivals, start+i)
				}
			case 1:
				want.Duplicates++
				arrivals = append(arrivals, start+i, start+i)
			default:
				arrivals = append(arrivals, start+i)
			}
		}
		var s sequence
		var got Order
		for _, a := range arrivals {
			s.take(a, &got)
		}
		if got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestParseStamp(t *testing.T) {
	for _, c := range []struct {
		stamp, msg string
		want       int64
	}{
		{"json:t:unixms", `{"t":1700000000123}`, 1700000000123e6},
		{"json:t:unixms", `{"t":"1700000000123"}`, 1700000000123e6},
		{"json:a.t:unixus", `{"a":{"t":1700000000123456}}`, 1700000000123456e3},
		{"json:t:unixns", `{"t":1700000000123456789}`, 1700000000123456789},
		{"json:t:unixs", `{"t":1700000000.5}`, 17000000005e8},
		{"json:t:rfc3339", `{"t":"2023-11-14T23:13:20.5+01:00"}`, 17000000005e8},
		{"json:t:unixms", `{"t":null}`, 0},
		{"json:t:unixms", `{"u":1}`, 0},
		{"json:t:unixms", `t`, 0},
		{"json:t:rfc3339", `{"t":17}`, 0},
		{"pushbench", string(wire.PadsFor(64).Append(nil, 5, 77)[wire.PrefixSize:]), 77},
		{"pushbench", hex.EncodeToString(wire.PadsFor(64).Append(nil, 5, 77)[wire.PrefixSize:]), 77},
		{"pushbench", "no header, but as long as one in text would be", 0},
		{"pushbench", "short", 0},
	} {
		s, err := ParseStamp(c.stamp)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Read([]byte(c.msg))
		if (err == nil) != (c.want != 0) || err == nil && got != c.want {
			t.Errorf("%s of %q: %d, %v; want %d", c.stamp, c.msg, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "x", "json:", "json:t", "json::unixms", "json:t:unix", "json:a..b:unixms", "xml:t:unixms"} {
		if _, err := ParseStamp(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, bad := range []string{"", "seq", "json:", "json:a."} {
		if _, err := ParseNumber(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestObserver(t *testing.T) {
	o := New(2, Config{Stamp: must(ParseStamp("json:t:unixns")), Number: must(ParseNumber("json:n")), Stall: time.Hour, Begin: clock.Now()})
	feed := func(s *Stream, msgs ...string) {
		s.Begin()
		defer s.End()
		for _, m := range msgs {
			s.Message([]byte(m))
		}
	}
	a, b := o.Stream(0), o.Stream(1)
	a.Opened()
	b.Opened()
	sent := time.Now().UnixNano()
	at := func(n int, sent int64) string { return fmt.Sprintf(`{"n":%d,"t":%d}`, n, sent) }
	feed(a, at(0, sent), at(1, sent), at(3, sent-int64(time.Minute)))
	feed(b, at(0, sent), at(1, sent+int64(time.Hour)), `{"n":"x"}`, "nonsense")
	r := o.Result()
	want := Counts{Messages: 7, Order: Order{Lost: 1}, Unstamped: 2, Unnumbered: 2, Early: 1, Bytes: r.Bytes, LongestGap: r.LongestGap}
	if d := cmp.Diff(want, r.Counts); d != "" {
		t.Error(d)
	}
	if r.Gaps.TotalCount() != 7 || r.Latency.TotalCount() != 5 || r.Latency.Max() < int64(time.Minute) || r.Latency.Min() != 0 || r.Bound != 0 {
		t.Errorf("%d gaps, %d latencies from %d to %d", r.Gaps.TotalCount(), r.Latency.TotalCount(), r.Latency.Min(), r.Latency.Max())
	}
}

// Silence counts while it lasts; what comes before the window does not.
func TestStallsAndWindow(t *testing.T) {
	o := New(1, Config{Stall: 0, Begin: clock.Now() + int64(time.Hour)})
	s := o.Stream(0)
	s.Opened()
	s.Begin()
	s.Message(nil)
	s.End()
	s.Ended()
	if d := cmp.Diff(Counts{}, o.Result().Counts); d != "" {
		t.Errorf("before the window: %s", d)
	}
	o.cfg.Begin = clock.Now()
	s.Ended()
	if r := o.Result(); r.Stalls != 1 || r.LongestGap <= 0 || r.Messages != 0 {
		t.Errorf("%+v", r.Counts)
	}
}

// With an estimate of the clocks the other host's times become ours, and the
// bound is kept.
func TestClocks(t *testing.T) {
	o := New(1, Config{Stamp: must(ParseStamp("pushbench")), Stall: time.Hour})
	const ahead = int64(1000 * time.Hour)
	now := clock.Now()
	o.Clocks(offset.Estimate{At: now, Offset: ahead, Bound: int64(3 * time.Millisecond)})
	s := o.Stream(0)
	s.Begin()
	s.Message(wire.PadsFor(16).Append(nil, 0, now+ahead-int64(time.Second))[wire.PrefixSize:])
	s.End()
	r := o.Result()
	if got := time.Duration(r.Latency.Max()); got < time.Second || got > time.Minute || r.Bound < int64(3*time.Millisecond) || r.Bound > int64(4*time.Millisecond) {
		t.Errorf("latency %v, bound %v", got, time.Duration(r.Bound))
	}
}

func TestMessageDoesNotAllocate(t *testing.T) {
	msgs := map[string][]byte{
		"json:t:unixms":  []byte(`{"n":17,"t":1700000000123}`),
		"json:t:rfc3339": []byte(`{"n":17,"t":"2023-11-14T23:13:20.5Z"}`),
		"pushbench":      wire.PadsFor(64).Append(nil, 5, 77)[wire.PrefixSize:],
	}
	for stamp, msg := range msgs {
		o := New(1, Config{Stamp: must(ParseStamp(stamp)), Number: must(ParseNumber("json:n")), Stall: time.Hour})
		if stamp == "pushbench" {
			o.cfg.Number = must(ParseNumber(stamp))
		}
		s := o.Stream(0)
		if n := testing.AllocsPerRun(100, func() {
			s.Begin()
			s.Message(msg)
			s.End()
		}); n != 0 {
			t.Errorf("%s: %v allocations", stamp, n)
		}
		if r := o.Result(); r.Unstamped+r.Unnumbered > 0 {
			t.Errorf("%s: %+v", stamp, r.Counts)
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	o := New(1, Config{Stamp: must(ParseStamp("json:t:unixms")), Number: must(ParseNumber("json:n")), Stall: time.Hour})
	s := o.Stream(0)
	msg := []byte(`{"n":17,"t":1700000000123}`)
	s.Begin()
	defer s.End()
	b.ReportAllocs()
	for b.Loop() {
		s.Message(msg)
	}
}
