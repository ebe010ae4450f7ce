package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
)

// An h2Conn is the connection that net/http speaks HTTP/2 on. It looks at the
// frames that pass: net/http writes them in a goroutine of its own, and says
// neither when they are written nor how much the client lets it send.
type h2Conn struct {
	net.Conn
	ctl Control

	mu       sync.Mutex
	changed  sync.Cond
	out, in  h2Scanner
	data     uint64 // payload bytes of DATA frames that were written
	answered bool   // the head of the response on stream 1 was written
	over     bool   // stream 1 has ended
	ended    uint64 // pushed streams that have
	urgent   bool   // a frame was written that must not wait for the loop
	pushable bool   // the client takes pushed streams
	streams  int64  // as many at once
	space    windows
	failed   error

	calling  bool // the loop waits for net/http
	deadline time.Time
	timer    *time.Timer // at deadline
}

// newH2Conn observes conn from its first byte.
func newH2Conn(conn net.Conn, ctl Control) *h2Conn {
	c := &h2Conn{Conn: conn, ctl: ctl, pushable: true, streams: 1 << 31, space: newWindows()}
	c.changed.L = &c.mu
	c.in.skip = len(h2Preface)
	return c
}

func (c *h2Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.in.pass(p[:n], (*h2Received)(c))
		c.mu.Unlock()
	}
	return n, err
}

func (c *h2Conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.mu.Lock()
	c.data += uint64(c.out.pass(p[:n], (*h2Sent)(c)))
	urgent := c.urgent
	c.urgent = false
	c.changed.Broadcast()
	c.mu.Unlock()
	if err == nil && urgent {
		err = c.ctl.FlushNow()
	}
	return n, err
}

// Close is called by net/http when it is done with the connection.
func (c *h2Conn) Close() error {
	c.mu.Lock()
	c.fail(net.ErrClosed)
	c.mu.Unlock()
	return c.Conn.Close()
}

// fail ends every wait. The lock is held.
func (c *h2Conn) fail(err error) {
	if c.failed == nil {
		c.failed = err
	}
	c.changed.Broadcast()
}

// begin is called before the loop waits for net/http, which is in between, and
// done behind it.
func (c *h2Conn) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil && !c.deadline.IsZero() && !time.Now().Before(c.deadline) {
		c.fail(errLate)
	}
	c.calling = true
	return c.failed
}

// done returns what ended the connection in place of what net/http made of it.
func (c *h2Conn) done(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calling = false
	if err != nil && c.failed != nil {
		return c.failed
	}
	return err
}

var errLate = fmt.Errorf("HTTP/2: %w", os.ErrDeadlineExceeded)

// wait waits until ready is true.
func (c *h2Conn) wait(ready func(*h2Conn) bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !ready(c) {
		if c.failed != nil {
			return c.failed
		}
		c.changed.Wait()
	}
	return nil
}

// limit says until when the loop's calls may take; the zero time is for ever. The
// socket has the same deadline, but a writer that waits for the client's flow
// control is not in a call of the socket.
func (c *h2Conn) limit(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	switch {
	case t.IsZero():
		if c.timer != nil {
			c.timer.Stop()
		}
	case c.timer == nil:
		c.timer = time.AfterFunc(time.Until(t), c.expire)
	default:
		c.timer.Reset(time.Until(t))
	}
}

// expire lets net/http give the connection up if the loop waits for it.
func (c *h2Conn) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.calling || c.deadline.IsZero() || time.Now().Before(c.deadline) {
		return
	}
	c.fail(errLate)
	_ = c.SetReadDeadline(time.Unix(1, 0))
}

// h2Sent are the frames that the server writes.
type h2Sent h2Conn

func (c *h2Sent) head(f h2Frame) {
	switch {
	case f.kind == h2Data:
		c.space.take(f, clock.Now())
	case f.kind == h2Headers:
		c.space.open(f.stream)
	}
}

func (c *h2Sent) unit(h2Frame, []byte) {}

func (c *h2Sent) passed(f h2Frame) {
	switch f.kind {
	case h2Headers:
		c.answered = c.answered || f.stream == 1
	case h2Settings, h2Ping, h2GoAway, h2Reset:
		c.urgent = true
	}
	if f.kind == h2Data && c.space.blocked() {
		c.urgent = true // net/http waits for the client, who waits for what a strategy still holds
	}
	if f.ends() {
		c.space.close(f.stream, clock.Now())
	}
	switch {
	case !f.ends():
	case f.stream == 1:
		c.over = true
	default:
		c.ended++
	}
}

// h2Received are the frames that the client writes.
type h2Received h2Conn

func (c *h2Received) head(f h2Frame) {
	if f.kind == h2Reset {
		(*h2Conn)(c).fail(errReset)
	}
}

var errReset = errors.New("the client has reset a stream")

func (c *h2Received) unit(f h2Frame, u []byte) {
	if f.kind == h2WindowUpdate {
		c.space.give(f.stream, int64(binary.BigEndian.Uint32(u)&^(1<<31)), clock.Now())
		return
	}
	value := int64(binary.BigEndian.Uint32(u[2:]))
	switch binary.BigEndian.Uint16(u) {
	case h2EnablePush:
		c.pushable = value != 0
	case h2MaxStreams:
		c.streams = value
	case h2InitialWindow:
		c.space.initial(value, clock.Now())
	}
}

func (c *h2Received) passed(h2Frame) {}
