package foreign

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/loadgen/observe"
)

// openWebSocket does the handshake; the server begins by itself.
func openWebSocket(ctx context.Context, c *client) (session, error) {
	var raw *limited
	d := websocket.Dialer{
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := c.dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			// The library would read a head without end.
			raw = &limited{Conn: conn}
			raw.left.Store(maxHead)
			return raw, nil
		},
		TLSClientConfig: c.run.cfg.tls(), HandshakeTimeout: openTime, ReadBufferSize: c.bufferSize(), WriteBufferSize: 512,
		Subprotocols: c.run.cfg.Subprotocols, EnableCompression: c.run.cfg.Compress,
	}
	conn, resp, err := d.DialContext(ctx, c.run.cfg.Target.URL.String(), c.run.cfg.Header)
	if errors.Is(err, websocket.ErrBadHandshake) && resp != nil && resp.StatusCode != 101 {
		return nil, statusError{resp.StatusCode, "status " + strconv.Itoa(resp.StatusCode) + " in place of a WebSocket"}
	}
	if err != nil {
		return nil, err
	}
	raw.left.Store(-1)
	conn.SetReadLimit(int64(c.run.cfg.MaxMessage))
	return &wsSession{conn: conn, limit: c.run.cfg.MaxMessage, buf: make([]byte, 0, 4<<10)}, nil
}

// limited lets only so many bytes through, until left is negative.
type limited struct {
	net.Conn
	left atomic.Int64
}

func (l *limited) Read(b []byte) (int, error) {
	left := l.left.Load()
	if left == 0 {
		return 0, errHead
	}
	if left > 0 {
		b = b[:min(int64(len(b)), left)]
	}
	n, err := l.Conn.Read(b)
	if left > 0 {
		l.left.Store(left - int64(n))
	}
	return n, err
}

type wsSession struct {
	conn  *websocket.Conn
	limit int
	buf   []byte
}

func (w *wsSession) read(s *observe.Stream) error {
	for {
		_, r, err := w.conn.NextReader()
		if err != nil {
			return err
		}
		if err := w.fill(r); err != nil {
			return err
		}
		s.Begin()
		s.Message(w.buf)
		s.End()
	}
}

// fill reads one message. The library's limit is on what comes over the wire:
// what compression makes of it is limited here, as it is unpacked.
func (w *wsSession) fill(r io.Reader) error {
	w.buf = w.buf[:0]
	for {
		if len(w.buf) == cap(w.buf) {
			w.buf = append(w.buf, 0)[:len(w.buf)]
		}
		n, err := r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		switch {
		case len(w.buf) > w.limit:
			return errTooLong
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// closeTime is how long the closing frame may take to be written.
const closeTime = 100 * time.Millisecond

func (w *wsSession) Close() error {
	_ = w.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(closeTime))
	return w.conn.Close()
}
