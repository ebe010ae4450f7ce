package loadgen

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
)

// promises are the pushed streams of one connection. Messages are promised in
// order, and kept in any: the order is that of the promises.
type promises struct {
	wire.Counts
	next   uint64 // sequence number of the next promise
	stream uint32 // of the last promise
	byID   map[uint32]*promise
	n      int // open
	free   []*promise
}

// A promise is one pushed stream.
type promise struct {
	stream   uint32
	seq      uint64
	credit   credit
	answered bool // its head came
	ended    bool
	check    wire.Decoder
}

func (p *promises) init() { p.byID = map[uint32]*promise{} }

func (p *promises) find(stream uint32) *promise { return p.byID[stream] }

// open begins a pushed stream.
func (p *promises) open(stream uint32, seq uint64, window int) error {
	switch {
	case stream%2 != 0 || stream <= p.stream:
		return fmt.Errorf("HTTP/2: stream %d is pushed after stream %d", stream, p.stream)
	case p.n == h2Pushes:
		return fmt.Errorf("HTTP/2: more than %d streams are pushed at once", h2Pushes)
	}
	m := &promise{}
	if n := len(p.free); n > 0 {
		m, p.free = p.free[n-1], p.free[:n-1]
	}
	m.stream, m.seq, m.answered, m.ended, m.credit = stream, seq, false, false, newCredit(window)
	m.check.Reset(seq)
	p.byID[stream] = m
	p.n++
	p.stream = stream
	p.Order(&p.next, seq)
	return nil
}

// begin says that the message is size bytes long.
func (m *promise) begin(size int) error {
	if size < wire.HeaderSize || size > wire.MaxMessage {
		return fmt.Errorf("HTTP/2: message %d has %d B; at least %d and at most %d are meant", m.seq, size, wire.HeaderSize, wire.MaxMessage)
	}
	m.answered = true
	m.check.Begin(size)
	return nil
}

func (m *promise) feed(b []byte, dues []int64) ([]int64, error) {
	dues, err := m.check.Feed(b, dues)
	if n := m.check.Messages; err == nil && (n > 1 || n == 1 && m.check.Partial()) {
		err = fmt.Errorf("HTTP/2: message %d is longer than its content-length", m.seq)
	}
	return dues, err
}

// close takes the result of a stream that has ended.
func (p *promises) close(m *promise) error {
	if m.check.Messages != 1 || m.check.Partial() {
		return fmt.Errorf("HTTP/2: message %d: %w", m.seq, errInside)
	}
	p.Add(m.check.Counts)
	delete(p.byID, m.stream)
	p.n--
	p.free = append(p.free, m)
	return nil
}
