package transport

import (
	"bytes"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/server/strategy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fakeConn keeps what is written, call by call.
type fakeConn struct {
	net.Conn
	writes [][]byte
	err    error
	closed bool
	read   time.Time
}

func (c *fakeConn) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	c.writes = append(c.writes, bytes.Clone(p))
	return len(p), nil
}

func (c *fakeConn) Close() error                      { c.closed = true; return nil }
func (c *fakeConn) SetReadDeadline(t time.Time) error { c.read = t; return nil }

func (c *fakeConn) calls() (out []string) {
	for _, w := range c.writes {
		out = append(out, string(w))
	}
	return out
}

func edgeOf(t *testing.T, name string, conn net.Conn) *edge {
	t.Helper()
	s, err := strategy.New(name, conn, strategy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := &edge{under: conn, strat: s}
	e.flusher, _ = s.(strategy.Flusher)
	return e
}

func write(t *testing.T, e *edge, s string) {
	t.Helper()
	if n, err := e.Write([]byte(s)); n != len(s) || err != nil {
		t.Fatalf("write of %q: %d, %v", s, n, err)
	}
}

// A handshake is written at once, a stream when it is flushed, and an end at once,
// behind what was held.
func TestEdgeStates(t *testing.T) {
	conn := &fakeConn{}
	e := edgeOf(t, "bufio", conn)
	write(t, e, "hello")
	if err := e.enter(streaming); err != nil {
		t.Fatal(err)
	}
	write(t, e, "one ")
	write(t, e, "two ")
	if err := e.FlushNow(); err != nil {
		t.Fatal(err)
	}
	write(t, e, "three ")
	if err := e.enter(ending); err != nil {
		t.Fatal(err)
	}
	write(t, e, "bye")
	if diff := cmp.Diff([]string{"hello", "one two ", "three ", "bye"}, conn.calls()); diff != "" {
		t.Error(diff)
	}
}

// gathering keeps the slices it is handed, as writev does until its call.
type gathering struct{ batches [][][]byte }

func (g *gathering) WriteBatch(msgs [][]byte) error {
	g.batches = append(g.batches, append([][]byte(nil), msgs...))
	return nil
}

// A strategy that gathers is handed all that was written since the last flush, and
// no copies.
func TestEdgeGathers(t *testing.T) {
	g := &gathering{}
	e := &edge{under: &fakeConn{}, strat: g, gathers: true, state: streaming}
	a, b := []byte("a"), []byte("b")
	for _, p := range [][]byte{a, b} {
		if _, err := e.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.batches) != 0 {
		t.Errorf("handed over before the flush: %q", g.batches)
	}
	if err := e.FlushNow(); err != nil || len(g.batches) != 1 || len(g.batches[0]) != 2 || &g.batches[0][0][0] != &a[0] {
		t.Errorf("batches %q, %v", g.batches, err)
	}
	if err := e.FlushNow(); err != nil || len(g.batches) != 1 {
		t.Errorf("an empty flush writes: %q, %v", g.batches, err)
	}
}

// Of an error that a library hides the first is reported, as the system made it.
func TestEdgeKeepsTheCause(t *testing.T) {
	conn := &fakeConn{err: os.ErrDeadlineExceeded}
	e := edgeOf(t, "direct", conn)
	e.state = streaming
	if _, err := e.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	hidden := errors.New("websocket: it failed")
	if err := e.cause(hidden); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("cause %v", err)
	}
	if err := e.cause(nil); err != nil {
		t.Error(err)
	}
	if err := edgeOf(t, "direct", &fakeConn{}).cause(hidden); err != hidden {
		t.Errorf("without a failed write: %v", err)
	}
}

// A library cannot close a connection that streams, nor set its write deadline.
func TestEdgeLeavesTheConnectionToTheWriter(t *testing.T) {
	conn := &fakeConn{}
	e := edgeOf(t, "direct", conn)
	e.state = streaming
	if err := errors.Join(e.SetWriteDeadline(time.Unix(1, 0)), e.Close()); err != nil || conn.closed || conn.read.IsZero() {
		t.Errorf("closed %v, read deadline %v, %v", conn.closed, conn.read, err)
	}
	e.state = opening
	if err := e.Close(); err != nil || !conn.closed {
		t.Errorf("a failed handshake leaves the connection open: %v", err)
	}
}

func TestEdgeDoesNotAllocate(t *testing.T) {
	e := edgeOf(t, "bufio", nothing{})
	e.state, e.records = streaming, &records{}
	p := append([]byte{23, 3, 3, 0, 59}, make([]byte, 59)...)
	if n := testing.AllocsPerRun(1000, func() { _, _ = e.Write(p) }); n != 0 {
		t.Errorf("%v allocations for a write", n)
	}
}

type nothing struct{ net.Conn }

func (nothing) Write(p []byte) (int, error) { return len(p), nil }
