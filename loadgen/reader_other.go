//go:build !unix

package loadgen

// A reader reads from one connection into a buffer of its own.
type reader struct {
	socket *socket
	buf    []byte
}

func newReader(s *socket, b *buffers) (*reader, error) { return &reader{s, *b.get()}, nil }

// read waits for bytes, which stay valid until the next read.
func (r *reader) read() ([]byte, error) {
	n, err := r.socket.Read(r.buf)
	return r.buf[:n], err
}

func (r *reader) release() {}
