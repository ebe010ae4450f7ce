package coalesce

import (
	"net"
	"time"
)

// SetDeadline sets the read and the write deadline.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.conn.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of Read.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// SetWriteDeadline sets the deadline of writes: of calls to come, of those that
// wait now, and of bytes still buffered. If it passes before buffered bytes
// could be sent, the next Write, Flush or Close returns the timeout.
//
// A deadline already past stops calls to come and calls that wait, but not bytes
// accepted before: those keep the deadline they were written under. Servers end
// this way, crypto/tls for one after its last alert, and without a buffer the
// bytes would have been the kernel's by then.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	c.deadline = t
	if c.expired() && c.blocked == 0 && (c.busy || c.buffered() > 0) {
		return nil
	}
	c.armed = t
	if c.timing {
		c.arm()
	}
	return c.conn.SetWriteDeadline(t)
}

// expired tells whether the owner's write deadline has passed. mu is held.
func (c *Conn) expired() bool {
	return !c.deadline.IsZero() && !time.Now().Before(c.deadline)
}
