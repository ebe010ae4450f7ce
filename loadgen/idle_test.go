package loadgen

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
)

// listening returns a client of a connection whose far end the test writes to.
func listening(t *testing.T) (c *client, far *net.TCPConn) {
	t.Helper()
	near, far := connected(t)
	c = &client{socket: &socket{TCPConn: near}}
	r, err := newReader(c.socket, newBuffers(1<<10))
	if err != nil {
		t.Fatal(err)
	}
	c.stream = stream{reader: r, decoder: &framed{}}
	return c, far
}

func TestSilenceEndsAConnection(t *testing.T) {
	const soon, late = 20 * time.Millisecond, time.Hour
	for _, tt := range []struct {
		name        string
		until, idle time.Duration
		slow        bool
		idled       bool
	}{
		{"silent for too long", late, soon, false, true},
		{"the trial ends first", soon, late, false, false},
		{"silence is of no matter", soon, 0, false, false},
		{"a slow reader hears none", soon, soon / 2, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := listening(t)
			if tt.slow {
				c.slow = &slowness{rate: 1e9}
			}
			if err := c.readUntil(time.Now().Add(tt.until), tt.idle); err != nil {
				t.Fatal(err)
			}
			err := c.run(nil)
			if errors.Is(err, errIdle) != tt.idled || !tt.idled && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Each read that returned data begins the time anew, and what else must be done
// after it is still done.
func TestBytesBeginTheSilenceAnew(t *testing.T) {
	c, far := listening(t)
	others := 0
	c.socket.after = func() error { others++; return nil }
	if err := c.readUntil(time.Now().Add(time.Hour), time.Minute); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		before := c.idle.deadline
		if _, err := far.Write([]byte{0}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.stream.reader.read(); err != nil {
			t.Fatal(err)
		}
		c.stream.reader.release()
		if !c.idle.deadline.After(before) || others != i+1 {
			t.Errorf("read %d: the deadline was %v and is %v; %d other calls", i, before, c.idle.deadline, others)
		}
	}
}

// A generator counts what it gave up apart from what failed, and closes it.
func TestGivenUpIsNotFailed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const n = 2
	g, err := New(t.Context(), Config{Target: l.Addr().String(), Grace: 60, Factors: plan.Values{
		"transport": "tcp", "load": "rate", "connections": float64(n), "idle_close": 0.05,
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	far := make([]net.Conn, n)
	for i := range far {
		if far[i], err = l.Accept(); err != nil {
			t.Fatal(err)
		}
		defer far[i].Close()
	}
	if _, err := far[0].Write(wire.PadsFor(64).Append(nil, 0, 1)); err != nil {
		t.Fatal(err)
	}
	far[0].Close() // a stream that ends as it should
	now := clock.Now()
	rec, err := g.Run(t.Context(), child.Go{Start: now, Begin: now, End: now + 1e6, Stop: now + 2e6})
	if err != nil {
		t.Fatal(err)
	}
	if rec.IdleClosed != 1 || rec.Failed != 0 || rec.Received.Messages != 1 {
		t.Errorf("%d given up, %d failed %q, %d messages", rec.IdleClosed, rec.Failed, rec.Errors, rec.Received.Messages)
	}
	_ = far[1].SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := far[1].Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the connection that was given up is open: %v", err)
	}
}
