//go:build unix

package loadgen

import (
	"io"
	"net"
	"sync"
	"syscall"
)

// A reader reads from one connection into a buffer that it holds only while
// there is something to read, so that ten thousand quiet connections share a
// few buffers.
type reader struct {
	raw  syscall.RawConn
	pool *sync.Pool // of *[]byte
	buf  *[]byte
	n    int
	err  error
	try  func(fd uintptr) bool
}

func newReader(conn *net.TCPConn, pool *sync.Pool) (*reader, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &reader{raw: raw, pool: pool}
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
	return (*r.buf)[:r.n], nil
}

// once makes one read call; false waits until the socket is readable.
func (r *reader) once(fd uintptr) bool {
	r.buf = r.pool.Get().(*[]byte)
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
		r.pool.Put(r.buf)
		r.buf = nil
	}
}
