package strategy

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestInFlightRoom(t *testing.T) {
	path := flight{rate: 10e6, rtt: 80 * time.Millisecond, least: 40 * time.Millisecond, segment: 1448, buffer: 4 << 20}
	full, slow, early := path, path, path
	full.queued = 3 << 20
	slow.rate = 1000
	early.starting = true
	tests := []struct {
		name string
		rule inflight
		f    flight
		sent uint64
		n    int
		want int
	}{
		{"bandwidth times smoothed RTT", inflight{1, false, 0.8}, path, 700_000, 100_000, 100_000},
		{"one byte more", inflight{1, false, 0.8}, path, 700_001, 100_000, 0},
		{"least RTT", inflight{1, true, 0.8}, path, 300_001, 100_000, 0},
		{"twice of it", inflight{2, true, 0.8}, path, 700_000, 100_000, 100_000},
		{"a quarter at a time", inflight{1, false, 0.8}, path, 0, 1 << 20, 200_000},
		{"the send buffer is nearly full", inflight{1, false, 0.75}, full, 0, 1, 0},
		{"and one that has room", inflight{1, false, 0.8}, full, 0, 1, 1},
		{"never less than an initial window", inflight{1, false, 0.8}, slow, 14_480 - 100, 100, 100},
		{"slow start has no limit but the buffer", inflight{1, false, 0.8}, early, 100 << 20, 1000, 1000},
	}
	for _, tt := range tests {
		if got := tt.rule.room(tt.f, tt.sent, tt.n); got != tt.want {
			t.Errorf("%s: room for %d of %d, want %d", tt.name, got, tt.n, tt.want)
		}
	}
}

// Whatever the figures, an idle connection has room for something, so that a
// writer that pauses until then goes on.
func TestIdleConnectionHasRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := flight{
			rate: rapid.Float64Range(0, 1e12).Draw(t, "rate"),
			rtt:  time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "rtt")), least: time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "least")),
			starting: rapid.Bool().Draw(t, "starting"), segment: rapid.IntRange(1, 65536).Draw(t, "segment"),
			buffer: rapid.IntRange(2304, 1<<30).Draw(t, "buffer"),
		}
		rule := inflight{rapid.Float64Range(0.01, 100).Draw(t, "share"), rapid.Bool().Draw(t, "of the least"), rapid.Float64Range(0.05, 1).Draw(t, "high")}
		n := rapid.IntRange(1, 1<<26).Draw(t, "n")
		if room := rule.room(f, 0, n); room < 1 || room > n {
			t.Fatalf("room for %d of %d", room, n)
		}
	})
}
