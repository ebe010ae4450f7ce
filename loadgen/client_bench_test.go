package loadgen

import (
	"bufio"
	"net"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/wire"
)

const benchMessage = 64

// chunk is one read's worth of messages, from sequence number 0.
func chunk(due int64) []byte {
	const bytes = 256 << 10
	pads := wire.PadsFor(benchMessage)
	var b []byte
	for seq := uint64(0); len(b) < bytes; seq++ {
		b = pads.Append(b, seq, due)
	}
	return b
}

// recorders are nil, as under saturation, and one that records everything.
func recorders() map[string]*recorder {
	return map[string]*recorder{"checked": nil, "timed": newRecorder(1, 0, 0, 1<<62)}
}

// BenchmarkTake parses and checks messages that are in memory: ns/op and
// allocations are for one message.
func BenchmarkTake(b *testing.B) {
	for name, rec := range recorders() {
		b.Run(name, func(b *testing.B) {
			var c client
			bytes := chunk(clock.Now())
			perChunk := len(bytes) / (wire.PrefixSize + benchMessage)
			b.ReportAllocs()
			for n := 0; n < b.N; n += perChunk {
				c.stream.decoder = &framed{}
				if err := c.take(bytes, rec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestTakeDoesNotAllocate(t *testing.T) {
	for name, rec := range recorders() {
		var c client
		bytes := chunk(clock.Now())
		d := &framed{}
		c.stream.decoder = d
		allocs := testing.AllocsPerRun(20, func() {
			*d = framed{}
			if err := c.take(bytes, rec); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations for %d bytes", name, allocs, len(bytes))
		}
		if d.Corrupt+d.Lost+d.Reordered > 0 {
			t.Errorf("%s: %+v", name, d.Counts)
		}
	}
}

// BenchmarkFirehose reads messages from a socket of which another goroutine
// writes as many as it can.
func BenchmarkFirehose(b *testing.B) {
	for name, rec := range recorders() {
		b.Run("tcp "+name, func(b *testing.B) { drinkFirehose(b, rec, false, &framed{}) })
		b.Run("ws "+name, func(b *testing.B) {
			drinkFirehose(b, rec, true, &frames{reply: func(int, []byte) error { return nil }})
		})
	}
}

// drinkFirehose reads b.N messages, in WebSocket frames or with their lengths.
func drinkFirehose(b *testing.B, rec *recorder, ws bool, d decoder) {
	near, far := connected(b)
	s := &socket{TCPConn: near}
	r, err := newReader(s, newBuffers(256<<10))
	if err != nil {
		b.Fatal(err)
	}
	go firehose(far, b.N, ws)
	b.ReportAllocs()
	b.ResetTimer()
	c := client{socket: s, stream: stream{reader: r, decoder: d}}
	if err := c.run(rec); err != nil {
		b.Fatal(err)
	}
	if got := d.counts().Messages; got != uint64(b.N) {
		b.Fatalf("%d of %d messages arrived", got, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mmsg/s")
}

// firehose writes n messages and ends the stream.
func firehose(conn *net.TCPConn, n int, ws bool) {
	ring := wire.NewRing(benchMessage, 512, true)
	w := bufio.NewWriterSize(conn, 64<<10)
	for left := n; left > 0; {
		due := clock.Now()
		batch := ring.Take(min(left, 512))
		for i, m := range batch {
			wire.PutHeader(m[wire.PrefixSize:], ring.Taken()-uint64(len(batch)-i), due)
			if ws { // a frame's head in place of the last bytes of the length
				m = m[wire.PrefixSize-2:]
				m[0], m[1] = 0x82, benchMessage
			}
			_, _ = w.Write(m) // the reader counts what arrives
		}
		left -= len(batch)
	}
	if ws {
		_, _ = w.Write(frame(0x88, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
	}
	_ = w.Flush()
	_ = conn.CloseWrite()
}

func connected(tb testing.TB) (near, far *net.TCPConn) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	n, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	f, err := l.Accept()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { n.Close(); f.Close() })
	return n.(*net.TCPConn), f.(*net.TCPConn)
}
