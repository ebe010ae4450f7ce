package loadgen

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/wire"
)

// A client reads one connection to the end of its stream.
type client struct {
	index   int
	conn    *net.TCPConn
	reader  *reader
	decoder wire.Decoder
	dues    []int64
	counts  counters
	after   func() error // each read, or nil
	slow    *slowness    // nil for a healthy reader
}

// counters are what others may read of a client while it works.
type counters struct {
	messages atomic.Uint64
	bytes    atomic.Uint64
	reads    atomic.Uint64
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
		b, err := c.reader.read()
		if len(b) > 0 {
			if err := c.take(b, rec); err != nil {
				return fmt.Errorf("connection %d: %w", c.index, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return c.ended()
		}
		if err != nil {
			return fmt.Errorf("connection %d, after %d messages: %w", c.index, c.decoder.Messages, err)
		}
		c.reader.release()
		if c.after != nil {
			if err := c.after(); err != nil {
				return err
			}
		}
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
	c.dues, err = c.decoder.Feed(b, c.dues[:0])
	if rec != nil {
		rec.record(c.index, now, c.dues)
	}
	c.counts.messages.Store(c.decoder.Messages)
	c.counts.bytes.Store(c.decoder.Bytes)
	c.counts.reads.Add(1)
	return err
}

func (c *client) ended() error {
	if c.decoder.Partial() {
		return fmt.Errorf("connection %d: the stream ended inside message %d", c.index, c.decoder.Messages)
	}
	return nil
}
