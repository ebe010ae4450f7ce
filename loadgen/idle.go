package loadgen

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// idleness has a reader give up its connection once no byte came for some time,
// as proxies do (nginx's proxy_read_timeout). The time begins anew with each read
// call that returned data, by a deadline: what is read is not touched.
type idleness struct {
	socket   *socket
	after    time.Duration
	until    time.Time // the end of the trial, which no deadline passes
	deadline time.Time // as it is set
}

// errIdle ends a connection that its reader gave up: an outcome, no fault.
var errIdle = errors.New("no byte came for so long that the reader gave the connection up")

// readUntil says by when reading ends: at a time, or before once nothing came for
// idle, unless that is 0. Nobody reads yet.
func (c *client) readUntil(until time.Time, idle time.Duration) error {
	if idle <= 0 || c.slow != nil { // who does not read hears no silence
		return c.socket.SetReadDeadline(until)
	}
	c.idle = &idleness{socket: c.socket, after: idle, until: until}
	then := c.socket.after
	c.socket.after = func() error {
		if then != nil {
			if err := then(); err != nil {
				return err
			}
		}
		return c.idle.renew()
	}
	return c.idle.renew()
}

// renew sets the deadline anew.
func (i *idleness) renew() error {
	i.deadline = time.Now().Add(i.after)
	if i.deadline.After(i.until) {
		i.deadline = i.until
	}
	if err := i.socket.SetReadDeadline(i.deadline); err != nil {
		return fmt.Errorf("idle_close: %w", err)
	}
	return nil
}

// ended tells whether err, which ended the reading, came of silence alone.
func (i *idleness) ended(err error) bool {
	return i != nil && errors.Is(err, os.ErrDeadlineExceeded) && i.deadline.Before(i.until)
}
