//go:build !unix

package loadgen

import (
	"net"
	"sync"
)

// A reader reads from one connection into a buffer of its own.
type reader struct {
	conn *net.TCPConn
	buf  []byte
}

func newReader(conn *net.TCPConn, pool *sync.Pool) (*reader, error) {
	return &reader{conn, *pool.Get().(*[]byte)}, nil
}

// read waits for bytes, which stay valid until the next read.
func (r *reader) read() ([]byte, error) {
	n, err := r.conn.Read(r.buf)
	return r.buf[:n], err
}

func (r *reader) release() {}
