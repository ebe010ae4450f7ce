package sse_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	reference "github.com/tmaxmax/go-sse"

	"github.com/pushbench/pushbench/loadgen/sse"
)

// FuzzParser: no bytes make it panic or hold more than it may, and every cut
// gives the same events.
func FuzzParser(f *testing.F) {
	for _, c := range standard {
		f.Add([]byte(c.stream), 3, 7)
	}
	f.Fuzz(func(t *testing.T, b []byte, i, j int) {
		i = min(max(i, 0), len(b))
		j = min(max(j, i), len(b))
		whole, split := sse.Parser{MaxEvent: 100}, sse.Parser{MaxEvent: 100}
		want, wantErr := parse(&whole, b)
		got, err := parse(&split, b[:i], b[i:j], b[j:])
		if d := cmp.Diff(want, got); d != "" || (wantErr == nil) != (err == nil) {
			t.Fatalf("whole: %v, cut: %v\n%s", wantErr, err, d)
		}
		for _, e := range got {
			if len(e.Data) > 100 || len(e.Type) > 100 || len(e.ID) > 100 {
				t.Fatalf("%d, %d and %d bytes of data, type and ID", len(e.Data), len(e.Type), len(e.ID))
			}
		}
	})
}

// FuzzAgainstReference holds the parser against go-sse on the same bytes. Where
// go-sse 0.12 differs from the standard, both are brought to what they share:
//
//   - It dispatches events without data. The standard does not, so events whose
//     data is empty are left out of both: go-sse cannot tell `data` from nothing.
//   - It leaves the type empty where the standard says "message".
func FuzzAgainstReference(f *testing.F) {
	for _, c := range standard {
		f.Add([]byte(c.stream))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parse(&sse.Parser{}, b)
		if err != nil {
			t.Skip() // limits are each parser's own
		}
		var got, want []event
		for _, e := range all {
			if e.Data != "" {
				got = append(got, e)
			}
		}
		for e, err := range reference.Read(bytes.NewReader(b), &reference.ReadConfig{MaxEventSize: 1 << 20}) {
			if err != nil {
				t.Skip()
			}
			if e.Type == "" {
				e.Type = "message"
			}
			if e.Data != "" {
				want = append(want, event{e.Type, e.Data, e.LastEventID})
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-go-sse +here):\n%s", b, d)
		}
	})
}
