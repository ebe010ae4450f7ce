package sse_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/loadgen/sse"
)

var errAltered = errors.New("an event was altered")

// streams are chunks of whole events with 64 bytes of data.
func streams() map[string][]byte {
	data := strings.Repeat("0123456789abcdef", 4)
	return map[string][]byte{
		"LF":    bytes.Repeat([]byte("data: "+data+"\n\n"), 512),
		"CRLF":  bytes.Repeat([]byte("data: "+data+"\r\n\r\n"), 512),
		"id":    bytes.Repeat([]byte("id: 12345\ndata: "+data+"\n\n"), 512),
		"named": bytes.Repeat([]byte("event: price\nid: 12345\ndata: "+data+"\n\n"), 512),
		"lines": bytes.Repeat([]byte("data: "+data[:31]+"\ndata: "+data[32:]+"\n\n"), 512),
	}
}

// checker compares the data of each event with what was sent.
func checker(n *int) func(sse.Event) error {
	want := []byte(strings.Repeat("0123456789abcdef", 4))
	joined := append([]byte(nil), want...)
	joined[31] = '\n'
	return func(e sse.Event) error {
		*n++
		if !bytes.Equal(e.Data, want) && !bytes.Equal(e.Data, joined) {
			return errAltered
		}
		return nil
	}
}

// BenchmarkParser parses and checks events of 64 bytes in chunks of 36 KiB;
// "cut" feeds 1000 bytes at a time, so that most chunks end inside an event.
func BenchmarkParser(b *testing.B) {
	for name, chunk := range streams() {
		b.Run(name, func(b *testing.B) { benchmark(b, chunk, len(chunk)) })
	}
	b.Run("LF cut", func(b *testing.B) { benchmark(b, streams()["LF"], 1000) })
}

func benchmark(b *testing.B, chunk []byte, piece int) {
	var p sse.Parser
	n := 0
	emit := checker(&n)
	b.ReportAllocs()
	for b.Loop() {
		for rest := chunk; len(rest) > 0; {
			k := min(piece, len(rest))
			if err := p.Feed(rest[:k], emit); err != nil {
				b.Fatal(err)
			}
			rest = rest[k:]
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}

func TestParserDoesNotAllocate(t *testing.T) {
	for name, chunk := range streams() {
		for _, piece := range []int{len(chunk), 100} {
			var p sse.Parser
			n := 0
			emit := checker(&n)
			allocs := testing.AllocsPerRun(20, func() {
				for rest := chunk; len(rest) > 0; {
					k := min(piece, len(rest))
					if err := p.Feed(rest[:k], emit); err != nil {
						t.Fatal(err)
					}
					rest = rest[k:]
				}
			})
			if allocs != 0 || n != 21*512 {
				t.Errorf("%s in pieces of %d: %v allocations, %d events", name, piece, allocs, n)
			}
		}
	}
}
