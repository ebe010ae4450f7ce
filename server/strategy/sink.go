package strategy

import (
	"net"
	"time"
)

// A Sink is where strategies write: a connection that counts the calls made on
// it and, when Observe is set, times them.
type Sink struct {
	Conn net.Conn
	// Observe, if not nil, is told the time inside each write call. It costs two
	// clock readings a call, so it stays nil where only throughput is measured.
	Observe func(inCall time.Duration)
	calls   uint64
}

// NewSink returns a Sink without timing.
func NewSink(conn net.Conn) *Sink { return &Sink{Conn: conn} }

// Calls is the number of write calls made so far. A call the kernel accepts in
// parts counts once.
func (s *Sink) Calls() uint64 { return s.calls }

// Write makes one conn.Write.
func (s *Sink) Write(p []byte) (int, error) {
	s.calls++
	if s.Observe == nil {
		return s.Conn.Write(p)
	}
	t := time.Now()
	n, err := s.Conn.Write(p)
	s.Observe(time.Since(t))
	return n, err
}

// call runs one write call other than Conn.Write.
func (s *Sink) call(write func() error) error {
	s.calls++
	return s.timed(write)
}

// timed runs what is no write call but takes its time in place of one: handing
// on what the kernel held, waiting for memory to write from.
func (s *Sink) timed(f func() error) error {
	if s.Observe == nil {
		return f()
	}
	t := time.Now()
	err := f()
	s.Observe(time.Since(t))
	return err
}
