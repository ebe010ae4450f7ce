package coalesce

import (
	"io"
	"net"
	"time"
)

// All functions of this file but writeBoth are called with mu held.

func (c *Conn) buffered() int {
	if c.buf == nil {
		return 0
	}
	return len(*c.buf)
}

func (c *Conn) append(p []byte) {
	if c.buf == nil {
		c.buf = c.pool.Get().(*[]byte)
	}
	*c.buf = append(*c.buf, p...)
	c.stats.Bytes += int64(len(p))
}

func (c *Conn) release(b *[]byte) {
	if b != nil {
		*b = (*b)[:0]
		c.pool.Put(b)
	}
}

// always is the need of a call that must wait out any other.
func always() bool { return true }

// turn waits while somebody else is sending and need still holds. It returns
// an error if the owner may not write.
func (c *Conn) turn(need func() bool) error {
	err := c.refusal()
	for err == nil && c.busy && need() {
		c.blocked++
		c.cond.Wait()
		c.blocked--
		err = c.refusal()
	}
	return err
}

// sendOwn is send on behalf of a call of the owner's, which a deadline that
// passes must interrupt.
func (c *Conn) sendOwn(cause Cause, tail []byte) (int, error) {
	c.blocked++
	defer func() { c.blocked-- }()
	return c.send(cause, tail)
}

// send writes what is buffered and then tail, in one call if the connection
// below can. Nobody else is sending when it is called; mu is released during
// the call. It returns how many bytes were sent of both.
func (c *Conn) send(cause Cause, tail []byte) (int, error) {
	head := c.buf
	c.buf, c.asked = nil, ByIdle
	c.take()
	c.mu.Unlock()

	n, calls, err := c.writeBoth(head, tail)

	c.mu.Lock()
	c.release(head)
	c.stats.Calls += int64(calls)
	c.stats.Flushes[cause]++
	c.fail(err)
	c.yield()
	return n, err
}

// writeBoth makes the write calls of send and returns how many they were.
func (c *Conn) writeBoth(head *[]byte, tail []byte) (n, calls int, err error) {
	want := len(tail)
	switch {
	case head == nil:
		n, err = c.conn.Write(tail)
		calls = 1
	case len(tail) == 0:
		want = len(*head)
		n, err = c.conn.Write(*head)
		calls = 1
	default:
		want += len(*head)
		both := net.Buffers{*head, tail}
		n64, werr := both.WriteTo(c.conn)
		n, err, calls = int(n64), werr, 2
		if c.vectored {
			calls = 1
		}
	}
	if err == nil && n < want {
		err = io.ErrShortWrite
	}
	return n, calls, err
}

// take claims the right to send; yield gives it up.
func (c *Conn) take() {
	c.busy, c.started = true, time.Now()
	c.disarm()
}

func (c *Conn) yield() {
	c.busy = false
	c.cond.Broadcast()
}

// fail keeps the first error; what is still buffered can no longer be sent.
func (c *Conn) fail(err error) {
	if err == nil || c.err != nil {
		return
	}
	c.err = err
	c.release(c.buf)
	c.buf = nil
}
