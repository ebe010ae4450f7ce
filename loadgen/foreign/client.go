package foreign

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/pushbench/pushbench/loadgen/observe"
	"github.com/pushbench/pushbench/loadgen/sse"
)

const (
	openTime    = 10 * time.Second // for a connection and its handshake
	firstPause  = 500 * time.Millisecond
	longestWait = 30 * time.Second
	maxHead     = 1 << 20 // bytes of the head of an answer
)

// A client keeps one stream up over as many connections as it takes.
type client struct {
	run    *run
	index  int
	stream *observe.Stream
	parser sse.Parser      // keeps the last event ID over connections
	http   *http.Transport // one a client, or HTTP/2 would put all on one connection
}

func newClient(r *run, i int) *client {
	return &client{run: r, index: i, stream: r.cfg.Observer.Stream(i), parser: sse.Parser{MaxEvent: r.cfg.MaxMessage}}
}

// live connects, reads and connects again until ctx ends or the server says for
// good that there is no stream.
func (c *client) live(ctx context.Context) {
	defer c.stream.Ended()
	defer c.hangUp()
	for attempt, again := 0, false; ; attempt++ {
		if attempt > 0 && !sleep(ctx, c.pause(attempt-1, rand.Float64())) {
			return
		}
		s, err := c.open(ctx, again)
		if ctx.Err() != nil {
			if err == nil {
				s.Close()
			}
			return
		}
		if err != nil {
			c.run.failed(err, true)
			var status statusError
			if errors.As(err, &status) && status.final() {
				return
			}
			continue
		}
		again = true
		stop := context.AfterFunc(ctx, func() { s.Close() })
		began := time.Now()
		err = s.read(c.stream)
		stop()
		s.Close()
		if ctx.Err() != nil {
			return
		}
		c.run.failed(err, false)
		if time.Since(began) > firstPause { // it was a connection, not a door slammed
			attempt = 0
		}
	}
}

// open makes a connection in its turn.
func (c *client) open(ctx context.Context, again bool) (session, error) {
	select {
	case c.run.slots <- struct{}{}:
		defer func() { <-c.run.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	start := time.Now()
	s, err := c.run.cfg.Target.open(ctx, c)
	if err != nil {
		return nil, err
	}
	c.run.connected(time.Since(start), again)
	c.stream.Opened()
	return s, nil
}

// pause is exponential back-off with full jitter: up to twice as long each time,
// and anything down to nothing, so that clients cut off at once do not come back
// at once. The first is up to what an event stream asked for, if it did.
func (c *client) pause(attempt int, random float64) time.Duration {
	most := firstPause
	if r := c.parser.Retry(); r > 0 {
		most = r
	}
	for ; attempt > 0 && most < longestWait; attempt-- {
		most *= 2
	}
	return time.Duration(random * float64(min(most, longestWait)))
}

// dial makes a TCP connection whose bytes are counted.
func (c *client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	conn, err := c.run.cfg.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &counted{Conn: conn, run: c.run}, nil
}

// A counted connection counts what is read from it.
type counted struct {
	net.Conn
	run *run
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.run.wire.Add(uint64(n))
	return n, err
}

// bufferSize is how much a connection reads at once: less where there are many,
// so that ten thousand take 40 MB.
func (c *client) bufferSize() int {
	switch n := c.run.cfg.Connections; {
	case n <= 64:
		return 64 << 10
	case n <= 1024:
		return 16 << 10
	}
	return 4 << 10
}
