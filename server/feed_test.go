package server

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/schedule"
)

// seqs takes everything from a feed at now.
func seqs(f *feed, now int64) (out []uint64, done bool, err error) {
	items, done, err := f.take(nil, 1000, now)
	for _, it := range items {
		out = append(out, it.seq)
	}
	return out, done, err
}

func TestFeedOverflow(t *testing.T) {
	tests := []struct {
		name    string
		policy  overflow
		want    []uint64
		dropped uint64
		err     error
	}{
		// Ten messages are due at once and the queue holds four.
		{"block", overflowBlock, []uint64{0, 1, 2, 3}, 0, nil},
		{"drop-oldest", overflowDropOldest, []uint64{6, 7, 8, 9}, 6, nil},
		{"drop-newest", overflowDropNewest, []uint64{0, 1, 2, 3}, 6, nil},
		{"disconnect", overflowDisconnect, nil, 0, errOverflow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFeed(schedule.Constant(1000, 64, 0, 1), 1000, 1000+9.5e6, 4, tt.policy)
			f.refill(1000 + 20e6)
			got, _, err := seqs(f, 1000+20e6)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if tt.err != nil {
				return
			}
			end := f.close()
			if end.dropped != tt.dropped {
				t.Errorf("%d dropped, want %d", end.dropped, tt.dropped)
			}
			if total := uint64(len(got)) + end.dropped + end.unsent; total != 10 {
				t.Errorf("%d taken, %d dropped, %d unsent: not the 10 that were due", len(got), end.dropped, end.unsent)
			}
		})
	}
}

// Under block a slow writer gets every message, with its own due time.
func TestFeedBlockLosesNothing(t *testing.T) {
	f := newFeed(schedule.Constant(1000, 64, 0, 1), 0, 9.5e6, 4, overflowBlock)
	var got []item
	for done := false; !done; {
		got, done, _ = f.take(got, 3, 50e6)
	}
	for i, it := range got {
		if it.seq != uint64(i) || it.due != int64(i)*1e6 {
			t.Errorf("message %d is %+v", i, it)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d messages, want 10", len(got))
	}
}

func TestFeedSaysWhenToCallAgain(t *testing.T) {
	f := newFeed(schedule.Constant(1000, 64, 0, 1), 0, 1e9, 2, overflowBlock)
	if next := f.refill(0); next != 1e6 {
		t.Errorf("next at %d, want when the second message is due", next)
	}
	if next := f.refill(5e6); next != 5e6+firstRetry {
		t.Errorf("a full queue asks again at %d, want %v", next, 5e6+firstRetry)
	}
	if next := f.refill(7e6); next != 7e6+2*firstRetry {
		t.Errorf("a queue that stays full asks again at %d", next)
	}
	select {
	case <-f.wake:
	default:
		t.Error("the writer was not woken")
	}
	// The writer takes what waits and what became due since; then it must wake
	// itself, for the pacer will look only later.
	for range 4 {
		if items, _, _ := f.take(nil, 2, 7e6); len(items) != 2 {
			t.Errorf("%d items", len(items))
		}
	}
	if items, _, _ := f.take(nil, 2, 7e6); len(items) != 0 || f.unwatched() != 8e6 {
		t.Errorf("%d items; unwatched from %d", len(items), f.unwatched())
	}
}

// A queue that overflows under disconnect makes the blocked writer return.
func TestFeedGivesUp(t *testing.T) {
	f := newFeed(schedule.Constant(1000, 64, 0, 1), 0, 1e9, 2, overflowDisconnect)
	gave := 0
	f.giveUp = func() { gave++ }
	for now := int64(0); now < 10e6; now += 1e6 {
		f.refill(now)
	}
	if gave != 1 || f.refill(20e6) != schedule.Never || !f.end() {
		t.Errorf("gave up %d times", gave)
	}
}
