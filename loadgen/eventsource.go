package loadgen

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"

	"github.com/pushbench/pushbench/internal/wire"
)

// bodyBytes is the most that is taken from a response's body at once; what is
// read from the socket at once is read_size.
const bodyBytes = 64 << 10

// openEventSource asks for a stream of events through net/http.
func openEventSource(ctx context.Context, d *dialed) (stream, error) {
	have := func(context.Context, string, string) (net.Conn, error) { return d.conn, nil }
	client := &http.Transport{
		DialContext: have, DialTLSContext: have,
		DisableCompression: true, ReadBufferSize: d.buffers.size, MaxResponseHeaderBytes: maxHead,
	}
	scheme := "http"
	if d.secure {
		scheme = "https"
	}
	// The request lasts as long as the stream, which is longer than ctx.
	defer context.AfterFunc(ctx, func() { d.socket.Close() })()
	req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, scheme+"://"+d.target+"/stream", nil)
	if err != nil {
		return stream{}, err
	}
	req.Header.Set("Accept", eventStream)
	resp, err := client.RoundTrip(req)
	if err != nil {
		return stream{}, fmt.Errorf("request for events: %w", err)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); resp.StatusCode != http.StatusOK || kind != eventStream {
		resp.Body.Close()
		return stream{}, fmt.Errorf("request for events: the server answered %q with content of type %q", resp.Status, kind)
	}
	return eventStreamOf(d, resp.Body), nil
}

const eventStream = "text/event-stream"

// eventStreamOf reads events from the body of a response.
func eventStreamOf(d *dialed, body io.ReadCloser) stream {
	r := &streamReader{from: body, buf: make([]byte, min(d.buffers.size, bodyBytes)), socket: d.socket}
	return stream{reader: r, decoder: newEvents(), close: func() { body.Close() }}
}

// events checks the messages in a stream of events.
type events struct {
	parser eventParser
	check  wire.TextDecoder
	dues   []int64
	emit   func(event) error
}

func newEvents() *events {
	e := &events{}
	e.emit = func(v event) error {
		due, err := e.check.Message(v.data)
		e.dues = append(e.dues, due)
		return err
	}
	return e
}

func (e *events) Feed(p []byte, dues []int64) ([]int64, error) {
	e.dues = dues
	err := e.parser.feed(p, e.emit)
	return e.dues, err
}

func (e *events) counts() *wire.Counts { return &e.check.Counts }

func (e *events) ended() error {
	if e.parser.partial() {
		return fmt.Errorf("message %d: %w", e.check.Messages, errInside)
	}
	return nil
}
