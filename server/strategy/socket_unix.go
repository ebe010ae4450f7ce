//go:build unix

package strategy

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// A socket makes the write calls on a connection's descriptor itself and leaves
// only waiting to the runtime.
type socket struct {
	sink  *Sink
	raw   syscall.RawConn
	write func(fd int, p []byte) (int, error) // one system call
	rest  []byte
	part  bool // one call that takes something is enough
	err   error
	// The closures are kept, so that no call allocates.
	try  func(fd uintptr) bool
	send func() error
}

// newSocket is for the strategy of that name.
func newSocket(name string, s *Sink, write func(fd int, p []byte) (int, error)) (*socket, error) {
	raw, err := rawConn(name, s)
	if err != nil {
		return nil, err
	}
	w := &socket{sink: s, raw: raw, write: write}
	w.try = w.once
	w.send = func() error {
		if err := w.raw.Write(w.try); err != nil {
			return err
		}
		return w.err
	}
	return w, nil
}

func rawConn(name string, s *Sink) (syscall.RawConn, error) {
	conn, ok := s.Conn.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("%s needs a connection with a descriptor, not %T", name, s.Conn)
	}
	return conn.SyscallConn()
}

// put writes all of p and counts it as one call.
func (w *socket) put(p []byte) error {
	w.rest = p
	return w.sink.call(w.send)
}

// partly returns a function that writes as much as the socket takes at once, and
// waits only until that is something. Through what has no descriptor, such as
// TLS, it writes all. It is for the strategy of that name.
func partly(name string, s *Sink) (func(p []byte) (int, error), error) {
	if _, ok := s.Conn.(syscall.Conn); !ok {
		return s.Write, nil
	}
	w, err := newSocket(name, s, syscall.Write)
	if err != nil {
		return nil, err
	}
	w.part = true
	return func(p []byte) (int, error) {
		err := w.put(p)
		return len(p) - len(w.rest), os.NewSyscallError("write", err)
	}, nil
}

// once writes until the socket is full (false: wait) or all is written.
func (w *socket) once(fd uintptr) bool {
	for len(w.rest) > 0 {
		n, err := w.write(int(fd), w.rest)
		switch {
		case n > 0:
			w.rest = w.rest[n:]
			if w.part {
				w.err = nil
				return true
			}
		case err == syscall.EAGAIN:
			return false
		case err == syscall.EINTR:
		case err != nil:
			w.err = err
			return true
		default:
			w.err = io.ErrShortWrite
			return true
		}
	}
	w.err = nil
	return true
}
