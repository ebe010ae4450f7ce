package strategy_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/strategy"
)

// A pair is a TCP connection: what the strategy writes to and its reader.
type pair struct{ writer, reader *net.TCPConn }

func newPair(t testing.TB) pair {
	t.Helper()
	return pairOn(t, "127.0.0.1:0")
}

func pairOn(t testing.TB, listen string) pair {
	t.Helper()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	r, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return pair{w.(*net.TCPConn), r.(*net.TCPConn)}
}

// tight gives the writer the smallest send buffer there is, so that writes are
// cut into parts and must wait. The receive buffer stays as it is: one smaller
// than a segment of loopback makes the sender wait 200 ms for each part.
func (p pair) tight(t testing.TB) pair {
	t.Helper()
	if err := p.writer.SetWriteBuffer(1); err != nil {
		t.Fatal(err)
	}
	return p
}

// A driver uses a strategy as a writer loop does: one that gathers is handed
// everything when a flush is due, others get each message at once.
type driver struct {
	testing.TB
	spec     strategy.Spec
	strat    strategy.Strategy
	sink     *strategy.Sink
	gathered [][]byte
}

func drive(t testing.TB, spec strategy.Spec, conn net.Conn, buffer int) *driver {
	t.Helper()
	sink := strategy.NewSink(conn)
	s, err := spec.New(sink, strategy.Options{Buffer: buffer})
	if errors.Is(err, strategy.ErrNotSupported) {
		testenv.Need(t, "strategy "+spec.Name, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &driver{TB: t, spec: spec, strat: s, sink: sink}
}

func (d *driver) write(msgs ...[]byte) error {
	if d.spec.Gathers {
		d.gathered = append(d.gathered, msgs...)
		return nil
	}
	return d.strat.WriteBatch(msgs)
}

func (d *driver) flush() error {
	if len(d.gathered) > 0 {
		err := d.strat.WriteBatch(d.gathered)
		d.gathered = d.gathered[:0]
		return err
	}
	if f, ok := d.strat.(strategy.Flusher); ok {
		err := f.Flush()
		if n := f.Buffered(); err == nil && n != 0 {
			return errors.New("bytes are held after Flush")
		}
		return err
	}
	return nil
}

// must writes, flushes and fails the test on an error.
func (d *driver) must(msgs ...[]byte) {
	d.Helper()
	if err := errors.Join(d.write(msgs...), d.flush()); err != nil {
		d.Fatal(err)
	}
}

// finish flushes and closes as a server does at the end of a stream.
func (d *driver) finish() error {
	err := d.flush()
	if c, ok := d.strat.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return err
}

// drain reads and discards until the end; wait for it with the channel.
func drain(c net.Conn) <-chan error {
	done := make(chan error, 1)
	go func() {
		buf := make([]byte, 64<<10)
		for {
			if _, err := c.Read(buf); err != nil {
				done <- err
				return
			}
		}
	}()
	return done
}

// hurry keeps a failing test from hanging.
func hurry(t testing.TB, p pair) {
	t.Helper()
	limit := time.Now().Add(20 * time.Second)
	if err := errors.Join(p.writer.SetDeadline(limit), p.reader.SetDeadline(limit)); err != nil {
		t.Fatal(err)
	}
}

// each runs a subtest for every strategy of the table.
func each(t *testing.T, f func(*testing.T, strategy.Spec)) {
	for _, spec := range strategy.Table {
		t.Run(spec.Name, func(t *testing.T) { f(t, spec) })
	}
}
