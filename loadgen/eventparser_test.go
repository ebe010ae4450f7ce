package loadgen

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/wire"
)

// eventsOf parses b in pieces of n bytes.
func eventsOf(b []byte, n int) (out []string, err error) {
	var p eventParser
	for len(b) > 0 && err == nil {
		k := min(n, len(b))
		err = p.feed(b[:k], func(e event) error {
			out = append(out, fmt.Sprintf("%s=%s", e.id, e.data))
			return nil
		})
		b = b[k:]
	}
	return out, err
}

func TestEventsTakeAnySplit(t *testing.T) {
	b := []byte("retry: 1000\n\n: ping\n\nevent: message\nid: 1\ndata: a\n\n: ping\n\nevent: message\nid: 2\ndata: bc\n\n")
	for n := 1; n <= len(b); n++ {
		got, err := eventsOf(b, n)
		if diff := cmp.Diff([]string{"1=a", "2=bc"}, got); diff != "" || err != nil {
			t.Errorf("in pieces of %d: %v\n%s", n, err, diff)
		}
	}
}

func TestEventLinesAreBounded(t *testing.T) {
	b := bytes.Repeat([]byte("a"), 1<<20)
	var p eventParser
	for range 2 * maxLine / len(b) {
		if err := p.feed(b, nil); err != nil {
			return
		}
	}
	t.Error("a line without end is taken")
}

// Events are checked as messages, and the end of a stream inside one is noticed.
func TestEventsAreChecked(t *testing.T) {
	pads := wire.TextPadsFor(64)
	e := newEvents()
	text := "id: 0\ndata: " + string(pads.Append(nil, 0, 5)) + "\n\nid: 2\ndata: " + string(pads.Append(nil, 2, 6)) + "\n\n"
	dues, err := e.Feed([]byte(text+"data: "), nil)
	if diff := cmp.Diff([]int64{5, 6}, dues); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if want := (wire.Counts{Messages: 2, Bytes: 128, Lost: 1}); *e.counts() != want {
		t.Errorf("%+v", *e.counts())
	}
	if e.ended() == nil {
		t.Error("an end inside an event is no fault")
	}
	if _, err := newEvents().Feed([]byte("data: "+strings.Repeat("z", 64)+"\n\n"), nil); err == nil {
		t.Error("a message without a header is taken")
	}
}

func TestTakingEventsDoesNotAllocate(t *testing.T) {
	pads := wire.TextPadsFor(64)
	var b []byte
	for seq := range uint64(100) {
		b = append(pads.Append(append(b, "event: message\nid: 1\ndata: "...), seq, 1), "\n\n"...)
	}
	e := newEvents()
	dues := make([]int64, 0, 100)
	if n := testing.AllocsPerRun(20, func() {
		e.check = wire.TextDecoder{}
		if _, err := e.Feed(b, dues); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for 100 events", n)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte("event: message\nid: 1\ndata: a\n\n"), 5)
	f.Add([]byte("data: a\ndata: b\n\n\n:\n"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, errA := eventsOf(b, len(b)+1)
		parts, errB := eventsOf(b, max(1, n))
		if (errA == nil) != (errB == nil) || !cmp.Equal(whole, parts) {
			t.Errorf("%q %v, in parts %q %v", whole, errA, parts, errB)
		}
	})
}
