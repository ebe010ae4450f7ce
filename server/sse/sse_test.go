package sse

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAppendEvent(t *testing.T) {
	for _, tt := range []struct{ data, want string }{
		{"x", "event: e\nid: 7\ndata: x\n\n"},
		{"", "event: e\nid: 7\ndata: \n\n"},
		{"a\nb", "event: e\nid: 7\ndata: a\ndata: b\n\n"},
		{"a\r\nb\rc\n", "event: e\nid: 7\ndata: a\ndata: b\ndata: c\ndata: \n\n"},
	} {
		if got := string(AppendEvent(nil, "e", 7, []byte(tt.data))); got != tt.want {
			t.Errorf("%q: %q", tt.data, got)
		}
	}
	if got := string(AppendPing(AppendRetry(nil, 1500*time.Millisecond))); got != "retry: 1500\n\n: ping\n\n" {
		t.Errorf("%q", got)
	}
	buf, data := make([]byte, 0, 256), make([]byte, 64)
	if n := testing.AllocsPerRun(100, func() { buf = AppendEvent(buf[:0], "e", 1<<60, data) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestHeartbeat(t *testing.T) {
	h := NewHeartbeat(10, 100)
	for _, tt := range []struct {
		now  int64
		left time.Duration
	}{{100, 10}, {109, 1}, {110, 0}, {500, 0}} {
		if left := h.Left(tt.now); left != tt.left {
			t.Errorf("at %d: %d left, want %d", tt.now, left, tt.left)
		}
	}
	if h.Spoke(500); h.Left(505) != 5 {
		t.Errorf("%v left", h.Left(505))
	}
}

// A history gives just what a client misses, or says that it cannot.
func TestHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 8).Draw(t, "size")
		first := rapid.Uint64Range(0, 5).Draw(t, "first")
		n := rapid.Uint64Range(1, 20).Draw(t, "n")
		h := NewHistory(size)
		for id := first; id < first+n; id++ {
			h.Add(id, fmt.Appendf(nil, "<%d>", id))
		}
		last := first + n - 1
		seen := rapid.Uint64Range(0, last+3).Draw(t, "seen")
		held := min(uint64(size), n)
		var want []byte
		whole := seen <= last && seen+1 >= last+1-held
		from := last + 1 - held
		if whole {
			from = seen + 1
		}
		for id := from; id <= last; id++ {
			want = fmt.Appendf(want, "<%d>", id)
		}
		got, complete := h.AppendAfter(nil, seen)
		if string(got) != string(want) || complete != whole {
			t.Errorf("after %d: %s %v, want %s %v", seen, got, complete, want, whole)
		}
	})
}

func TestHistoryBeginsAnewAfterAGap(t *testing.T) {
	h := NewHistory(4)
	h.Add(0, []byte("a"))
	h.Add(5, []byte("f"))
	if got, complete := h.AppendAfter(nil, 0); string(got) != "f" || complete {
		t.Errorf("%s %v", got, complete)
	}
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"", "0", "18446744073709551615", "-1", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := ParseID(s); ok && id == ^uint64(0) {
			t.Error("an id with none after it")
		}
	})
}
