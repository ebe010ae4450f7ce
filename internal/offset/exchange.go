package offset

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
)

// The exchange, on a TCP connection that serves nothing else. All integers are
// big-endian, 64 bits, in nanoseconds.
//
//	request   "pushclk" and one byte: 'm' or 'w' for the clock asked for; t1
//	answer    t1 as it came; t2; t3
//
// The client asks as often as it likes, one request after the other. Whatever
// else it sends ends the connection.
const (
	magic        = "pushclk"
	requestSize  = 16
	answerSize   = 24
	idleTime     = 5 * time.Minute  // after which the responder lets a silent client go
	exchangeTime = 10 * time.Second // for one answer
)

// A Kind is one of the clocks of a host.
type Kind byte

// The kinds.
const (
	Monotonic Kind = 'm' // clock.Now, as in message headers
	Wall      Kind = 'w' // nanoseconds since 1970 in UTC
)

// Clocks are what a responder reads.
type Clocks struct{ Monotonic, Wall func() int64 }

// Host is the clocks of this host.
var Host = Clocks{Monotonic: clock.Now, Wall: func() int64 { return time.Now().UnixNano() }}

// Serve answers on a connection until its end, and closes it. nil is an orderly
// end.
func Serve(conn net.Conn, clocks Clocks) error {
	defer conn.Close()
	var request [requestSize]byte
	var answer [answerSize]byte
	for {
		if err := conn.SetDeadline(time.Now().Add(idleTime)); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, request[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("clock request: %w", err)
		}
		now := clocks.of(Kind(request[len(magic)]))
		if !bytes.HasPrefix(request[:], []byte(magic)) || now == nil {
			return fmt.Errorf("clock request: % x is none", request)
		}
		t2 := now()
		copy(answer[:8], request[8:])
		binary.BigEndian.PutUint64(answer[8:], uint64(t2))
		binary.BigEndian.PutUint64(answer[16:], uint64(now()))
		if _, err := conn.Write(answer[:]); err != nil {
			return fmt.Errorf("clock answer: %w", err)
		}
	}
}

func (c Clocks) of(k Kind) func() int64 {
	switch k {
	case Monotonic:
		return c.Monotonic
	case Wall:
		return c.Wall
	}
	return nil
}

// ServeAll answers on every connection of the listener until it is closed.
func ServeAll(l net.Listener, clocks Clocks) error {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("clock responder: %w", err)
		}
		go func() { _ = Serve(conn, clocks) }() // a client that misbehaves has lost its connection
	}
}

// A Client asks one responder.
type Client struct {
	Conn net.Conn
	Kind Kind
	Now  func() int64 // the local clock; nil is clock.Now
}

// Exchange makes one sample.
func (c *Client) Exchange() (Sample, error) {
	now := c.Now
	if now == nil {
		now = clock.Now
	}
	if err := c.Conn.SetDeadline(time.Now().Add(exchangeTime)); err != nil {
		return Sample{}, err
	}
	var request [requestSize]byte
	var answer [answerSize]byte
	copy(request[:], magic)
	request[len(magic)] = byte(c.Kind)
	s := Sample{T1: now()}
	binary.BigEndian.PutUint64(request[8:], uint64(s.T1))
	if _, err := c.Conn.Write(request[:]); err != nil {
		return Sample{}, fmt.Errorf("ask for the clock: %w", err)
	}
	if _, err := io.ReadFull(c.Conn, answer[:]); err != nil {
		return Sample{}, fmt.Errorf("clock of %v: %w; is it a responder of pushbench?", c.Conn.RemoteAddr(), err)
	}
	s.T4 = now()
	s.T2, s.T3 = int64(binary.BigEndian.Uint64(answer[8:])), int64(binary.BigEndian.Uint64(answer[16:]))
	if echo := int64(binary.BigEndian.Uint64(answer[:])); echo != s.T1 || !s.valid() {
		return Sample{}, fmt.Errorf("clock of %v: it answered nonsense (%d for %d, %v of round trip)", c.Conn.RemoteAddr(), echo, s.T1, s.RTT())
	}
	return s, nil
}

// How Follow asks: enough at first that some exchange meets empty queues, then
// seldom enough to be no load.
const (
	firstExchanges = 24
	firstPause     = 10 * time.Millisecond
	laterPause     = 250 * time.Millisecond
)

// Follow asks again and again until ctx ends, and publishes an estimate after the
// first exchanges and then after each. It closes the connection. A responder that
// is lost ends it with an error; the last estimate goes on, and its bound widens.
func (c *Client) Follow(ctx context.Context, publish func(Estimate)) error {
	defer c.Conn.Close()
	defer context.AfterFunc(ctx, func() { c.Conn.Close() })()
	var e Estimator
	for n := 1; ; n++ {
		s, err := c.Exchange()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		e.Add(s)
		pause := firstPause
		if n >= firstExchanges {
			est, _ := e.Estimate(s.T4)
			publish(est)
			pause = laterPause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}
