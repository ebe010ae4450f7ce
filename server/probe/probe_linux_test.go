package probe_test

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
	"github.com/pushbench/pushbench/server/strategy"
)

// open looks at this process by a mechanism.
func open(t testing.TB, mechanism string) *probe.Probe {
	t.Helper()
	p, err := probe.Open(probe.Options{PID: os.Getpid(), Mechanism: mechanism})
	testenv.Need(t, "BPF "+mechanism, err)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// pair returns a connection whose other end is read to its end.
func pair(t testing.TB, sndbuf int) *net.TCPConn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, peer) // its end is the test's
		peer.Close()
	}()
	t.Cleanup(func() { c.Close(); <-done })
	if sndbuf > 0 {
		if err := c.(*net.TCPConn).SetWriteBuffer(sndbuf); err != nil {
			t.Fatal(err)
		}
	}
	return c.(*net.TCPConn)
}

// of returns what was seen of a connection.
func of(t testing.TB, p *probe.Probe, c net.Conn) probe.Conn {
	t.Helper()
	r, err := p.Read()
	if err != nil {
		t.Fatal(err)
	}
	if r.Lost.Any() {
		t.Errorf("%+v", r.Lost)
	}
	for _, seen := range r.Conns {
		if seen.Local.String() == c.LocalAddr().String() && seen.Remote.String() == c.RemoteAddr().String() {
			return seen
		}
	}
	t.Fatalf("%v is not among %d connections", c.LocalAddr(), len(r.Conns))
	return probe.Conn{}
}

// The kernel's counts are those of the program, over more than a million sends.
func TestCountsAreTheStrategys(t *testing.T) {
	p := open(t, "tracepoints")
	var total uint64
	for _, spec := range strategy.Table {
		for name, c := range map[string]struct{ messages, most, sndbuf int }{
			"small": {100000, 256, 0},
			"full":  {2000, 60000, 8192}, // EAGAIN and parts
		} {
			t.Run(spec.Name+"/"+name, func(t *testing.T) {
				conn := pair(t, c.sndbuf)
				sink := strategy.NewSink(conn)
				s, err := spec.New(sink, strategy.Options{Buffer: 64 << 10})
				if err != nil {
					t.Fatal(err)
				}
				handed := write(t, s, spec, c.messages, c.most)
				seen := of(t, p, conn)
				if got := *seen.Writes(); !countsAgree(spec.Name, got, sink.Calls(), seen) || seen.Bytes != handed.bytes {
					t.Errorf("the kernel saw %d writes of %d bytes, the strategy made %d of %d: %+v %+v", got, seen.Bytes, sink.Calls(), handed.bytes, seen.Calls, seen.Pieces)
				}
				if spec.Name == "writev" && seen.Pieces.Partial == 0 && seen.Pieces.Buffers != uint64(c.messages) {
					t.Errorf("%d buffers of %d messages", seen.Pieces.Buffers, c.messages)
				}
				// Without memory for its notes zerocopy copies instead.
				if seen.Pieces.Overlapped != 0 || seen.Calls.Failed != 0 && spec.Name != "zerocopy" {
					t.Errorf("%+v %+v", seen.Calls, seen.Pieces)
				}
				total += seen.Calls.Sends
				t.Logf("%d sends, %d EAGAIN, %d partial, %d vectored, %d coalesced; level at most %.2f", seen.Calls.Sends, seen.Calls.EAGAIN, seen.Pieces.Partial, seen.Pieces.Vectored, seen.Pieces.Coalesced, seen.Buffer.MaxLevel)
			})
		}
	}
	if !t.Failed() && total < 1e6 {
		t.Errorf("only %d sends", total)
	}
}

// countsAgree holds the kernel's writes against the strategy's calls. Two count
// otherwise: ring takes each part that the socket took for a call of its own, and
// sendfile hands over the pages of readfrom in one or more sends a call.
func countsAgree(name string, got, calls uint64, seen probe.Conn) bool {
	switch name {
	case "ring":
		return got+seen.Pieces.Partial == calls
	case "readfrom":
		return seen.Calls.Sends-seen.Calls.EAGAIN >= calls
	}
	return got == calls
}

type handed struct{ bytes uint64 }

// write writes messages of random sizes, one a batch or, now and then, three.
func write(t *testing.T, s strategy.Strategy, spec strategy.Spec, messages, most int) (h handed) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	block := make([]byte, most)
	flusher, _ := s.(strategy.Flusher)
	for i := 0; i < messages; {
		batch := [][]byte{}
		for range min(1+2*(i%50/49), messages-i) {
			m := block[:1+rnd.IntN(most)]
			batch = append(batch, m)
			h.bytes += uint64(len(m))
		}
		i += len(batch)
		if err := s.WriteBatch(batch); err != nil {
			t.Fatal(err)
		}
		if flusher != nil {
			if err := flusher.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c, ok := s.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return h
}
