package loadgen

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/wire"
)

// frame returns a frame as a server sends it.
func frame(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

func message(seq uint64, size int) []byte {
	return wire.PadsFor(size).Append(nil, seq, int64(seq)+1)[wire.PrefixSize:]
}

func deflated(t testing.TB, m []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 3)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(m)
	_ = w.Flush()
	return bytes.TrimSuffix(b.Bytes(), deflateTail[:4])
}

// aStream is a stream with every kind of frame.
func aStream(t testing.TB) (b []byte, want wire.Counts, dues []int64) {
	for seq, size := range []int{16, 17, 64, 125, 126, 1000, 65535, 65536, 70000, 64} {
		m := message(uint64(seq), size)
		switch seq {
		case 2:
			b = append(b, frame(0x89, []byte("ping"))...)
			b = append(b, frame(0x82, m)...)
		case 3: // fragments, with a ping between them
			b = append(b, frame(0x02, m[:20])...)
			b = append(b, frame(0x89, []byte("in"))...)
			b = append(b, frame(0x00, m[20:100])...)
			b = append(b, frame(0x80, m[100:])...)
		case 5:
			b = append(b, frame(0xc2, deflated(t, m))...)
		case 6: // deflated, in fragments
			d := deflated(t, m)
			b = append(b, frame(0x42, d[:7])...)
			b = append(b, frame(0x80, d[7:])...)
		default:
			b = append(b, frame(0x82, m)...)
		}
		want.Messages++
		want.Bytes += uint64(size)
		dues = append(dues, int64(seq)+1)
	}
	return append(b, frame(0x88, websocket.FormatCloseMessage(1000, ""))...), want, dues
}

func TestFramesTakeAnySplit(t *testing.T) {
	b, want, wantDues := aStream(t)
	for _, chunk := range []int{1, 2, 3, 11, 4096, len(b)} {
		var replies []string
		f := &frames{reply: func(kind int, p []byte) error {
			replies = append(replies, string(rune('0'+kind))+string(p))
			return nil
		}}
		var dues []int64
		for rest := b; len(rest) > 0; {
			n := min(len(rest), 1+rand.IntN(chunk))
			var err error
			if dues, err = f.Feed(rest[:n], dues); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if f.messages.Counts != want || f.ended() != nil || f.n != want.Messages+3 {
			t.Errorf("chunks up to %d: %+v, %d frames, %v", chunk, f.messages.Counts, f.n, f.ended())
		}
		if diff := cmp.Diff(wantDues, dues); diff != "" {
			t.Error(diff)
		}
		// Kinds 10 and 8: two pongs, and the close frame returned.
		if diff := cmp.Diff([]string{":ping", ":in", "8\x03\xe8"}, replies); diff != "" {
			t.Error(diff)
		}
	}
}

func TestFramesRefuse(t *testing.T) {
	for name, b := range map[string][]byte{
		"text":                  frame(0x81, message(0, 64)),
		"too large":             {0x82, 127, 0, 0, 0, 0, 0xff, 0, 0, 0},
		"larger than an int":    {0x82, 127, 0xff, 0, 0, 0, 0, 0, 0, 0},
		"masked":                {0x82, 0x80, 0, 0, 0, 0},
		"reserved":              frame(0xa2, message(0, 64)),
		"continues nothing":     frame(0x80, message(0, 64)),
		"message in a message":  append(frame(0x02, message(0, 64)), frame(0x82, message(1, 64))...),
		"long control":          frame(0x89, make([]byte, 126)),
		"fragmented control":    frame(0x09, nil),
		"shorter than a header": frame(0x82, make([]byte, 15)),
		"empty":                 frame(0x82, nil),
		"not deflated":          frame(0xc2, []byte{0xff, 0xff, 0xff}),
		"behind the close":      append(frame(0x88, nil), 0x82),
		"fragments too large":   append(frame(0x02, make([]byte, maxFrame)), frame(0x80, make([]byte, 1))...),
		"inflates too far":      frame(0xc2, deflated(t, make([]byte, maxFrame+1))),
	} {
		f := &frames{reply: func(int, []byte) error { return nil }}
		if _, err := f.Feed(b, nil); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestFramesSayHowTheStreamEnded(t *testing.T) {
	for _, tt := range []struct {
		name string
		b    []byte
		want string
	}{
		{"cut off", frame(0x82, message(0, 64)), "no close frame"},
		{"going away", frame(0x88, websocket.FormatCloseMessage(1001, "bye")), "status 1001"},
		{"no status", frame(0x88, nil), "status 1005"},
	} {
		f := &frames{reply: func(int, []byte) error { return errors.New("gone") }}
		if _, err := f.Feed(tt.b, nil); err != nil {
			t.Fatal(err)
		}
		if err := f.ended(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// In one piece or two, the same is found.
func FuzzFrames(f *testing.F) {
	b, _, _ := aStream(f)
	f.Add(b[:300], 7)
	f.Add(frame(0x88, nil), 1)
	f.Add([]byte{0x82, 126, 0, 20, 1, 2, 3}, 3)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		at = min(max(at, 0), len(b))
		quiet := func(int, []byte) error { return nil }
		whole, parts := &frames{reply: quiet}, &frames{reply: quiet}
		a, errA := whole.Feed(b, nil)
		c, errC := parts.Feed(b[:at], nil)
		if errC == nil {
			c, errC = parts.Feed(b[at:], c)
		}
		if (errA == nil) != (errC == nil) || whole.messages.Counts != parts.messages.Counts || !cmp.Equal(a, c) {
			t.Errorf("whole %v %+v, parts %v %+v", errA, whole.messages.Counts, errC, parts.messages.Counts)
		}
	})
}

// BenchmarkTakeFrames parses and checks frames that are in memory: ns/op is for
// one message.
func BenchmarkTakeFrames(b *testing.B) {
	for name, rec := range recorders() {
		b.Run(name, func(b *testing.B) {
			var c client
			chunk := frameChunk(clock.Now())
			b.ReportAllocs()
			for n := 0; n < b.N; n += len(chunk) / (benchMessage + 2) {
				c.stream.decoder = &frames{}
				if err := c.take(chunk, rec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// frameChunk is one read's worth of frames.
func frameChunk(due int64) (b []byte) {
	pads := wire.PadsFor(benchMessage)
	for seq := uint64(0); len(b) < 256<<10; seq++ {
		b = append(b, frame(0x82, pads.Append(nil, seq, due)[wire.PrefixSize:])...)
	}
	return b
}

func TestTakingFramesDoesNotAllocate(t *testing.T) {
	for name, rec := range recorders() {
		var c client
		d := &frames{}
		c.stream.decoder = d
		chunk := frameChunk(clock.Now())
		if n := testing.AllocsPerRun(20, func() {
			*d = frames{}
			if err := c.take(chunk, rec); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations for %d bytes", name, n, len(chunk))
		}
	}
}

// readConn reads from a reader.
type readConn struct {
	net.Conn
	from io.Reader
}

func (c readConn) Read(p []byte) (int, error) { return c.from.Read(p) }

// Of a head and a stream in one read, or in many, the library gets the head alone.
func TestHeadConnStopsBehindTheHead(t *testing.T) {
	const head, rest = "HTTP/1.1 101 x\r\nA: b\r\n\r\n", "stream\r\n\r\nbytes"
	for _, from := range []io.Reader{
		strings.NewReader(head + rest), iotest.OneByteReader(strings.NewReader(head + rest)), iotest.HalfReader(strings.NewReader(head + rest)),
	} {
		c := &headConn{Conn: readConn{from: from}}
		var got []byte
		p := make([]byte, 100)
		for !c.done {
			n, err := c.Read(p)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p[:n]...)
		}
		left, _ := io.ReadAll(c)
		if string(got) != head || string(c.rest)+string(left) != rest {
			t.Errorf("head %q, then %q and %q", got, c.rest, left)
		}
	}
	long := &headConn{Conn: readConn{from: strings.NewReader(strings.Repeat("a", 2*maxHead))}}
	if _, err := io.ReadAll(long); err == nil {
		t.Error("a head without end is taken")
	}
}
