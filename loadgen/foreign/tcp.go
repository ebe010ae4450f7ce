package foreign

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/pushbench/pushbench/loadgen/framing"
	"github.com/pushbench/pushbench/loadgen/observe"
)

// openTCP reads bare messages; the server begins by itself.
func openTCP(ctx context.Context, c *client) (session, error) {
	conn, err := c.dial(ctx, "tcp", c.run.cfg.Target.Addr)
	if err != nil {
		return nil, err
	}
	return &tcpSession{Conn: conn, split: framing.Table[c.run.cfg.Framing](c.run.cfg.MaxMessage), buf: make([]byte, c.bufferSize())}, nil
}

type tcpSession struct {
	net.Conn
	split framing.Splitter
	buf   []byte
}

func (t *tcpSession) read(s *observe.Stream) error {
	take := s.Message
	for {
		n, err := t.Conn.Read(t.buf)
		if n > 0 {
			s.Begin()
			broken := t.split.Feed(t.buf[:n], take)
			s.End()
			if broken != nil {
				return broken
			}
		}
		switch {
		case errors.Is(err, io.EOF) && t.split.Partial():
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
}
