package coalesce_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushbench/pushbench/server/coalesce"
)

// A counter counts the write calls net/http makes on a plain connection.
type counter struct {
	net.Conn
	calls *atomic.Int64
}

func (c counter) Write(p []byte) (int, error) {
	c.calls.Add(1)
	return c.Conn.Write(p)
}

// An arm is one side of a comparison: a net/http server and a client that has
// asked it for a stream. stream runs in the handler.
type arm struct {
	server *http.Server
	client net.Conn
	body   *bufio.Reader // the stream in its chunked encoding
	calls  func() int64
}

func newArm(tb testing.TB, coalesced bool, stream func(w io.Writer, flush func() error)) *arm {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	addr := l.Addr().String()
	var plain atomic.Int64
	if coalesced {
		l = coalesce.Listen(l, coalesce.Config{})
	} else {
		l = countingListener{l, &plain}
	}
	conns := make(chan net.Conn, 1)
	a := &arm{server: &http.Server{
		ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateNew {
				conns <- c
			}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			stream(w, http.NewResponseController(w).Flush)
		}),
	}}
	go a.server.Serve(l)
	tb.Cleanup(func() { a.server.Close() })
	if a.client, err = net.Dial("tcp", addr); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { a.client.Close() })
	fmt.Fprint(a.client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	a.body = bufio.NewReaderSize(a.client, 256<<10)
	for line := ""; line != "\r\n"; {
		if line, err = a.body.ReadString('\n'); err != nil {
			tb.Fatal(err)
		}
	}
	a.calls = plain.Load
	if c, ok := (<-conns).(*coalesce.Conn); ok {
		a.calls = func() int64 { return c.Stats().Calls }
	}
	return a
}

type countingListener struct {
	net.Listener
	calls *atomic.Int64
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return counter{c, l.calls}, nil
}

const messageSize = 64

// chunkSize is a message on the wire: "40\r\n", the message, "\r\n".
const chunkSize = 4 + messageSize + 2

// saturating makes an arm whose handler writes a message and flushes it as
// often as run asks, and returns run. run returns when the client has read all.
func saturating(tb testing.TB, coalesced bool) (run func(messages int), calls func() int64) {
	work := make(chan int)
	tb.Cleanup(func() { close(work) })
	a := newArm(tb, coalesced, func(w io.Writer, flush func() error) {
		message := make([]byte, messageSize)
		flush()
		for n := range work {
			for range n {
				w.Write(message)
				if flush() != nil {
					return
				}
			}
		}
	})
	return func(messages int) {
		work <- messages
		if _, err := io.CopyN(io.Discard, a.body, int64(messages)*chunkSize); err != nil {
			tb.Fatal(err)
		}
	}, a.calls
}

// BenchmarkHTTPStream is a saturating net/http stream of 64-byte messages, each
// with a Flush, in messages.
func BenchmarkHTTPStream(b *testing.B) {
	for _, name := range []string{"plain", "coalesce"} {
		b.Run(name, func(b *testing.B) {
			run, calls := saturating(b, name == "coalesce")
			run(1000)
			before := calls()
			b.SetBytes(messageSize)
			b.ReportAllocs()
			b.ResetTimer()
			run(b.N)
			b.ReportMetric(float64(calls()-before)/float64(b.N), "calls/op")
		})
	}
}

// BenchmarkHTTPStreamRatio compares both sides in one run: slices of each
// alternate, and the ratio is the median of those of neighbours.
func BenchmarkHTTPStreamRatio(b *testing.B) {
	const slice = 20000
	plain, plainCalls := saturating(b, false)
	coal, coalCalls := saturating(b, true)
	timed := func(run func(int)) float64 {
		start := time.Now()
		run(slice)
		return time.Since(start).Seconds()
	}
	plain(slice)
	coal(slice)
	p0, c0 := plainCalls(), coalCalls()
	var ratios []float64
	b.ResetTimer()
	for i := range b.N {
		var p, c float64
		if i%2 == 0 {
			p, c = timed(plain), timed(coal)
		} else {
			c, p = timed(coal), timed(plain)
		}
		ratios = append(ratios, p/c)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-throughput")
	b.ReportMetric(ratios[0], "x-least")
	b.ReportMetric(float64(plainCalls()-p0)/float64(coalCalls()-c0), "x-fewer-calls")
}

// BenchmarkPacedLatency sends a message a millisecond through either side, half
// a millisecond apart, and reports how much later the coalesced ones arrive.
// Latency is from before the handler's Write to after the client's read.
func BenchmarkPacedLatency(b *testing.B) {
	base := time.Now()
	paced := func(coalesced bool) func() time.Duration {
		tick := make(chan struct{})
		b.Cleanup(func() { close(tick) })
		a := newArm(b, coalesced, func(w io.Writer, flush func() error) {
			message := make([]byte, messageSize)
			flush()
			for range tick {
				binary.BigEndian.PutUint64(message, uint64(time.Since(base)))
				w.Write(message)
				flush()
			}
		})
		took := make(chan time.Duration)
		go func() {
			defer close(took)
			for chunk := make([]byte, chunkSize); ; {
				if _, err := io.ReadFull(a.body, chunk); err != nil {
					return
				}
				now := time.Since(base)
				took <- now - time.Duration(binary.BigEndian.Uint64(chunk[4:]))
			}
		}()
		return func() time.Duration {
			tick <- struct{}{}
			return <-took
		}
	}
	sides := []func() time.Duration{paced(false), paced(true)}
	var took [2][]time.Duration
	next := time.Now()
	b.ResetTimer()
	for range b.N {
		for i, send := range sides {
			next = next.Add(500 * time.Microsecond)
			time.Sleep(time.Until(next))
			took[i] = append(took[i], send())
		}
	}
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}} {
		var v [2]float64
		for i := range took {
			slices.Sort(took[i])
			v[i] = float64(took[i][int(q.at*float64(len(took[i])-1))]) / 1e3
		}
		b.ReportMetric(v[0], "plain-µs-"+q.name)
		b.ReportMetric(v[1], "coalesce-µs-"+q.name)
		b.ReportMetric(v[1]-v[0], "added-µs-"+q.name)
	}
}
