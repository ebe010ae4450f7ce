package loadgen

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// What an HTTP/2 client of this generator allows. The windows are those of Go's
// own client.
const (
	h2StreamWindow = 4 << 20
	h2ConnWindow   = 1 << 30
	h2FirstWindow  = 65535    // what a connection's is before it is enlarged
	h2FrameBytes   = 16 << 10 // the largest frame
	h2HeadBytes    = 16 << 10 // the largest head of a response or a promise
	h2Fragments    = 32       // frames that a head may come in
	h2Pushes       = 100      // pushed streams at once
)

func openH2(ctx context.Context, d *dialed) (stream, error) {
	return openHTTP2(ctx, d, false)
}

func openH2Push(ctx context.Context, d *dialed) (stream, error) {
	return openHTTP2(ctx, d, true)
}

// openHTTP2 asks for the stream in the only request of a connection.
func openHTTP2(ctx context.Context, d *dialed, push bool) (stream, error) {
	scheme := "http"
	if conn, secure := d.conn.(*tls.Conn); secure {
		scheme = "https"
		if got := conn.ConnectionState().NegotiatedProtocol; got != http2.NextProtoTLS {
			return stream{}, fmt.Errorf("HTTP/2: TLS negotiated the protocol %q", got)
		}
	}
	defer context.AfterFunc(ctx, func() { d.socket.Close() })()
	size := min(d.buffers.size, h2FrameBytes)
	c := newH2Client(bufio.NewReaderSize(d.conn, size), d.conn, d.factors.Int("h2_window"), push)
	if err := c.ask(scheme, d.target); err != nil {
		return stream{}, fmt.Errorf("HTTP/2 request: %w", err)
	}
	for c.status == "" {
		if _, err := c.read(); err != nil {
			return stream{}, fmt.Errorf("HTTP/2 request: %w", err)
		}
	}
	if c.status != "200" {
		return stream{}, fmt.Errorf("HTTP/2 request: the server answered with status %q", c.status)
	}
	return stream{reader: c, decoder: c}, nil
}

// ask writes the preface, the settings and the request.
func (c *h2Client) ask(scheme, authority string) error {
	if _, err := io.WriteString(c.out, http2.ClientPreface); err != nil {
		return err
	}
	enablePush := uint32(0)
	if c.push {
		enablePush = 1
	}
	if err := c.framer.WriteSettings(
		http2.Setting{ID: http2.SettingEnablePush, Val: enablePush},
		http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: h2Pushes},
		http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(c.streamWindow)},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: h2HeadBytes},
	); err != nil {
		return err
	}
	if more := c.connWindow - h2FirstWindow; more > 0 {
		if err := c.framer.WriteWindowUpdate(0, uint32(more)); err != nil {
			return err
		}
	}
	var head bytes.Buffer
	enc := hpack.NewEncoder(&head)
	for _, f := range []hpack.HeaderField{
		{Name: ":method", Value: "GET"},
		{Name: ":scheme", Value: scheme},
		{Name: ":authority", Value: authority},
		{Name: ":path", Value: "/stream"},
	} {
		if err := enc.WriteField(f); err != nil {
			return err
		}
	}
	if err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
		return err
	}
	return c.out.Flush()
}
