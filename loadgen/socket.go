package loadgen

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A socket counts the read calls on a connection that returned data, and does
// what must be done after each.
type socket struct {
	*net.TCPConn
	pipe  *os.File     // what is read in its place, or nil
	after func() error // or nil
	reads atomic.Uint64
	ended atomic.Bool // the peer has closed
}

// Read is for libraries; a reader makes its calls on the descriptor.
func (s *socket) Read(p []byte) (int, error) {
	n, err := s.TCPConn.Read(p)
	if errors.Is(err, io.EOF) {
		s.ended.Store(true)
	}
	if n > 0 {
		if done := s.done(); done != nil {
			return n, done
		}
	}
	return n, err
}

// SyscallConn is of what is read.
func (s *socket) SyscallConn() (syscall.RawConn, error) {
	if s.pipe != nil {
		return s.pipe.SyscallConn()
	}
	return s.TCPConn.SyscallConn()
}

// SetReadDeadline is of what is read.
func (s *socket) SetReadDeadline(t time.Time) error {
	if s.pipe != nil {
		return s.pipe.SetReadDeadline(t)
	}
	return s.TCPConn.SetReadDeadline(t)
}

// Close closes both.
func (s *socket) Close() error {
	if s.pipe != nil {
		return errors.Join(s.pipe.Close(), s.TCPConn.Close())
	}
	return s.TCPConn.Close()
}

// done counts a read call that returned data.
func (s *socket) done() error {
	s.reads.Add(1)
	if s.after == nil {
		return nil
	}
	return s.after()
}

// buffers are read buffers of one size that connections share.
type buffers struct {
	size int
	pool sync.Pool // of *[]byte
}

func newBuffers(size int) *buffers {
	b := &buffers{size: size}
	b.pool.New = func() any { p := make([]byte, size); return &p }
	return b
}

func (b *buffers) get() *[]byte  { return b.pool.Get().(*[]byte) }
func (b *buffers) put(p *[]byte) { b.pool.Put(p) }

// A streamReader reads what a library decodes: TLS, or the body of a response.
type streamReader struct {
	from   io.Reader
	buf    []byte
	socket *socket
	secure bool
}

var errTruncated = errors.New("the connection ended without TLS's close_notify: the stream may be cut off")

// read returns bytes alone: what ended the stream comes with the next call.
func (r *streamReader) read() ([]byte, error) {
	n, err := r.from.Read(r.buf)
	if n > 0 {
		return r.buf[:n], nil
	}
	if errors.Is(err, io.EOF) && r.secure && r.socket.ended.Load() {
		return nil, errTruncated
	}
	if err == nil {
		err = fmt.Errorf("a read returned nothing: %w", io.ErrNoProgress)
	}
	return nil, err
}

func (r *streamReader) release() {}
