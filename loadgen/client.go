package loadgen

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/pushbench/pushbench/internal/clock"
)

// A client reads one connection to the end of its stream.
type client struct {
	index  int
	socket *socket
	stream stream
	dues   []int64
	counts counters
	slow   *slowness // nil for a healthy reader
	idle   *idleness // nil where silence is of no matter
}

// counters are what others may read of a client while it works.
type counters struct {
	messages atomic.Uint64
	bytes    atomic.Uint64
}

// run reads until the server ends the stream. A nil recorder takes no times.
func (c *client) run(rec *recorder) error {
	if c.slow != nil {
		rec = nil // latencies are of healthy readers
		if !c.slow.pause(0) {
			return nil
		}
	}
	for {
		b, err := c.stream.reader.read()
		if len(b) > 0 {
			if err := c.take(b, rec); err != nil {
				return c.wrap(err)
			}
		}
		if errors.Is(err, io.EOF) {
			return c.wrap(c.stream.decoder.ended())
		}
		if c.idle.ended(err) {
			c.close()
			return errIdle
		}
		if err != nil {
			return c.wrap(err)
		}
		c.stream.reader.release()
		if c.slow != nil && !c.slow.pause(len(b)) {
			return nil
		}
	}
}

func (c *client) take(b []byte, rec *recorder) error {
	var now int64
	if rec != nil {
		now = clock.Now()
	}
	var err error
	c.dues, err = c.stream.decoder.Feed(b, c.dues[:0])
	if rec != nil {
		rec.record(c.index, now, c.dues)
	}
	got := c.stream.decoder.counts()
	c.counts.messages.Store(got.Messages)
	c.counts.bytes.Store(got.Bytes)
	return err
}

func (c *client) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("connection %d, after %d messages: %w", c.index, c.stream.decoder.counts().Messages, err)
}

// close closes the connection and what runs for it.
func (c *client) close() {
	c.socket.Close()
	if c.stream.close != nil {
		c.stream.close()
	}
}
