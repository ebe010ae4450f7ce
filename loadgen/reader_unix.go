//go:build unix

package loadgen

import (
	"io"
	"syscall"
)

// A reader reads from one connection into a buffer that it holds only while
// there is something to read, so that ten thousand quiet connections share a
// few buffers.
type reader struct {
	raw     syscall.RawConn
	socket  *socket
	buffers *buffers
	buf     *[]byte
	n       int
	err     error
	try     func(fd uintptr) bool
}

func newReader(s *socket, b *buffers) (*reader, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &reader{raw: raw, socket: s, buffers: b}
	r.try = r.once
	return r, nil
}

// read waits for bytes, which stay valid until release.
func (r *reader) read() ([]byte, error) {
	if err := r.raw.Read(r.try); err != nil {
		return nil, err
	}
	if r.err == nil && r.n == 0 {
		r.release()
		return nil, io.EOF
	}
	if r.err != nil {
		return nil, r.err
	}
	return (*r.buf)[:r.n], r.socket.done()
}

// once makes one read call; false waits until the socket is readable.
func (r *reader) once(fd uintptr) bool {
	r.buf = r.buffers.get()
	for {
		r.n, r.err = syscall.Read(int(fd), *r.buf)
		switch r.err {
		case nil:
			return true
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			r.release()
			return false
		}
		r.release()
		return true
	}
}

func (r *reader) release() {
	if r.buf != nil {
		r.buffers.put(r.buf)
		r.buf = nil
	}
}
