package coalesce

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Close sends what is buffered and closes the connection below. A peer that
// takes nothing is not waited for longer than Config.Linger, nor past the write
// deadline; Close then returns the timeout, as it returns any error by which
// accepted bytes were lost. Calls that wait in Read, or for their turn in Write,
// return at once.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	c.cond.Broadcast()
	if c.busy || c.buffered() > 0 {
		c.conn.SetReadDeadline(time.Unix(1, 0)) // wakes Read, which finds c closed
	}
	lost := c.drain()
	c.disarm()
	c.mu.Unlock()
	err := c.conn.Close()
	if lost != nil {
		return lost
	}
	return err
}

// CloseWrite sends what is buffered and then shuts down the writing side of the
// connection below, which must be able to. It waits as Close does.
func (c *Conn) CloseWrite() error {
	below, ok := c.conn.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("coalesce: CloseWrite on a %T: %w; use Close", c.conn, errors.ErrUnsupported)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return c.opError("close", net.ErrClosed)
	case c.shut:
		return nil
	}
	c.shut = true
	c.cond.Broadcast()
	if err := c.drain(); err != nil {
		return err
	}
	c.take() // tls.Conn's writes an alert
	c.mu.Unlock()
	err := below.CloseWrite()
	c.mu.Lock()
	c.yield()
	return err
}

// drain sends what is buffered within Linger and returns the error by which
// bytes were lost, if any. mu is held, and no more bytes are accepted.
func (c *Conn) drain() error {
	began := time.Now()
	if c.busy {
		began = c.started // a peer that stopped long ago has had its time
	}
	if limit := began.Add(c.cfg.Linger); c.armed.IsZero() || limit.Before(c.armed) {
		c.armed = limit
		c.conn.SetWriteDeadline(limit)
	}
	for c.err == nil && (c.busy || c.buffered() > 0) {
		if c.busy {
			c.cond.Wait()
			continue
		}
		c.send(ByClose, nil)
	}
	return c.err
}
