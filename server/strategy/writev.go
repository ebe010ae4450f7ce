package strategy

import (
	"fmt"
	"net"
)

// writev uses net.Buffers on the bare TCP connection: through any wrapper
// net.Buffers silently becomes one write a buffer.
type writev struct {
	sink *Sink
	conn *net.TCPConn
	bufs net.Buffers // kept between calls, so that none allocates
	rest net.Buffers // what WriteTo consumes; a field, so that it does not escape anew
	send func() error
}

func newWritev(s *Sink, _ Options) (Strategy, error) {
	conn, ok := s.Conn.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("writev needs a bare *net.TCPConn, not %T: through a wrapper net.Buffers makes one write a buffer", s.Conn)
	}
	w := &writev{sink: s, conn: conn}
	w.send = func() error {
		_, err := w.rest.WriteTo(w.conn)
		return err
	}
	return w, nil
}

func (w *writev) WriteBatch(msgs [][]byte) error {
	w.bufs = append(w.bufs[:0], msgs...)
	w.rest = w.bufs
	return w.sink.call(w.send)
}
