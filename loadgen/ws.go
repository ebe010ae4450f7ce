package loadgen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// pongTime is how long a reply to a control frame may take.
const pongTime = 5 * time.Second

// openWebSocket lets gorilla/websocket perform the handshake and write replies to
// control frames. Frames are read by frames: gorilla's reader allocates for each
// message and holds a buffer for each quiet connection.
func openWebSocket(ctx context.Context, d *dialed) (stream, error) {
	head := &headConn{Conn: d.conn}
	have := func(context.Context, string, string) (net.Conn, error) { return head, nil }
	dialer := websocket.Dialer{
		NetDialContext: have, NetDialTLSContext: have,
		EnableCompression: d.factors.Bool("deflate"),
		ReadBufferSize:    headBytes, WriteBufferSize: headBytes,
	}
	scheme, origin := "ws", "http"
	if d.secure {
		scheme, origin = "wss", "https"
	}
	header := http.Header{"Origin": {origin + "://" + d.target}} // the server checks it
	conn, resp, err := dialer.DialContext(ctx, scheme+"://"+d.target+"/stream", header)
	if err != nil {
		if resp != nil {
			return stream{}, fmt.Errorf("WebSocket handshake: %w: the server answered %q", err, resp.Status)
		}
		return stream{}, fmt.Errorf("WebSocket handshake: %w", err)
	}
	r, err := d.reader()
	if err != nil {
		return stream{}, err
	}
	if len(head.rest) > 0 {
		r = &resumed{byteReader: r, first: head.rest}
	}
	reply := func(kind int, payload []byte) error {
		return conn.WriteControl(kind, payload, time.Now().Add(pongTime))
	}
	return stream{reader: r, decoder: &frames{reply: reply}}, nil
}

// headBytes is the most that is read at once of a response's head.
const headBytes = 1024

// A headConn ends each read behind the head of an HTTP response, so that no bytes
// of the stream are left in a library's buffer. What it has read too much is rest.
type headConn struct {
	net.Conn
	seen []byte // of the head
	rest []byte
	done bool
}

var headEnd = []byte("\r\n\r\n")

func (c *headConn) Read(p []byte) (int, error) {
	if c.done {
		return c.Conn.Read(p)
	}
	n, err := c.Conn.Read(p)
	from := max(0, len(c.seen)-len(headEnd)+1) // the end may be in two reads
	c.seen = append(c.seen, p[:n]...)
	if at := bytes.Index(c.seen[from:], headEnd); at >= 0 {
		end := from + at + len(headEnd)
		c.rest, c.done = bytes.Clone(c.seen[end:]), true
		n -= len(c.rest)
		c.seen = nil
	}
	if len(c.seen) > maxHead {
		return 0, fmt.Errorf("the head of the response is longer than %d B", maxHead)
	}
	return n, err
}

// maxHead bounds the head of a response.
const maxHead = 16 << 10

// resumed yields bytes that were read before.
type resumed struct {
	byteReader
	first []byte
}

func (r *resumed) read() ([]byte, error) {
	if b := r.first; len(b) > 0 {
		r.first = nil
		return b, nil
	}
	return r.byteReader.read()
}

var _ io.Reader = (*headConn)(nil)
