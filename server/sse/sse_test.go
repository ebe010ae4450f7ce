package sse

import (
	"testing"
	"time"
)

func TestAppendEvent(t *testing.T) {
	for _, tt := range []struct{ data, want string }{
		{"x", "event: e\nid: 7\ndata: x\n\n"},
		{"", "event: e\nid: 7\ndata: \n\n"},
		{"a\nb", "event: e\nid: 7\ndata: a\ndata: b\n\n"},
		{"a\r\nb\rc\n", "event: e\nid: 7\ndata: a\ndata: b\ndata: c\ndata: \n\n"},
	} {
		if got := string(AppendEvent(nil, "e", "", 7, []byte(tt.data))); got != tt.want {
			t.Errorf("%q: %q", tt.data, got)
		}
	}
	if got := string(AppendPing(AppendRetry(nil, 1500*time.Millisecond))); got != "retry: 1500\n\n: ping\n\n" {
		t.Errorf("%q", got)
	}
	buf, data := make([]byte, 0, 256), make([]byte, 64)
	if n := testing.AllocsPerRun(100, func() { buf = AppendEvent(buf[:0], "e", "5f3a9c21", 1<<60, data) }); n != 0 {
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

func TestIDs(t *testing.T) {
	for _, tt := range []struct {
		id     string
		stream string
		seq    uint64
		ok     bool
	}{
		{"17", "", 17, true},
		{"5f3a9c21-0", "5f3a9c21", 0, true},
		{"a-b-3", "a-b", 3, true},
		{"", "", 0, false},
		{"x", "", 0, false},
		{"a-", "a", 0, false},
		{"a--1", "a-", 1, true},
		{"18446744073709551615", "", 1<<64 - 1, false}, // nothing follows it
		{"18446744073709551616", "", 1<<64 - 1, false},
		{"+1", "", 0, false},
	} {
		stream, seq, ok := ParseID(tt.id)
		if stream != tt.stream || seq != tt.seq || ok != tt.ok {
			t.Errorf("%q: %q, %d, %v", tt.id, stream, seq, ok)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"17", "5f3a9c21-17", "-", "a-b-9", "18446744073709551615"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		stream, seq, ok := ParseID(id)
		if !ok {
			return
		}
		again, n, ok := ParseID(string(AppendID(nil, stream, seq)))
		if again != stream || n != seq || !ok {
			t.Errorf("%q: %q %d, then %q %d %v", id, stream, seq, again, n, ok)
		}
	})
}
