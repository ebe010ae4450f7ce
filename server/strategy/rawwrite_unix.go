//go:build unix

package strategy

import (
	"fmt"
	"io"
	"syscall"
)

// rawWrite makes the system call itself and leaves only waiting to the runtime.
type rawWrite struct {
	sink *Sink
	raw  syscall.RawConn
	rest []byte
	err  error
	try  func(fd uintptr) bool
	send func() error
}

func newRawWrite(s *Sink, _ Options) (Strategy, error) {
	conn, ok := s.Conn.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("rawwrite needs a connection with a descriptor, not %T", s.Conn)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	w := &rawWrite{sink: s, raw: raw}
	w.try = w.once
	w.send = func() error {
		if err := w.raw.Write(w.try); err != nil {
			return err
		}
		return w.err
	}
	return w, nil
}

func (w *rawWrite) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		w.rest = m
		if err := w.sink.call(w.send); err != nil {
			return err
		}
	}
	return nil
}

// once writes until the socket is full (false: wait) or all is written.
func (w *rawWrite) once(fd uintptr) bool {
	for len(w.rest) > 0 {
		n, err := syscall.Write(int(fd), w.rest)
		switch {
		case n > 0:
			w.rest = w.rest[n:]
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
