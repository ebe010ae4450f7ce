package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
)

// A protocol is the client's half of one transport.
type protocol struct {
	alpn []string // what TLS negotiates, the preferred one first
	// open performs the handshake on d.conn.
	open func(ctx context.Context, d *dialed) (stream, error)
}

// protocols has every transport by name.
var protocols = map[string]protocol{
	"tcp":    {open: openTCP},
	"sse":    {alpn: []string{"http/1.1"}, open: openEventSource},
	"ws":     {alpn: []string{"http/1.1"}, open: openWebSocket},
	"h2":     {alpn: []string{"h2"}, open: openH2},
	"h2push": {alpn: []string{"h2"}, open: openH2Push},
}

// A dialed is a connection whose stream is not yet asked for.
type dialed struct {
	conn    net.Conn // the socket, or TLS on it
	secure  bool
	target  string // host:port
	factors plan.Values
	buffers *buffers // of this reader's size
	socket  *socket
}

// A stream is one connection's messages: bytes, and what makes messages of them.
type stream struct {
	reader  byteReader
	decoder decoder
	// close ends what runs for the connection; nil where nothing does.
	close func()
}

// A byteReader yields the bytes of one connection.
type byteReader interface {
	// read waits for bytes, which stay valid until release. It returns io.EOF,
	// and no bytes, at the end.
	read() ([]byte, error)
	release()
}

// A decoder finds the messages in a connection's bytes and checks each.
type decoder interface {
	// Feed decodes p and appends the intended send time of each message completed
	// to dues. An error is final.
	Feed(p []byte, dues []int64) ([]int64, error)
	// counts has what was found so far.
	counts() *wire.Counts
	// ended says what is wrong with a stream that ends here.
	ended() error
}

// A framer is a decoder whose transport has frames.
type framer interface{ frames() uint64 }

var errInside = errors.New("the stream ended inside a message")

// openTCP: messages come as they are, each with its length.
func openTCP(_ context.Context, d *dialed) (stream, error) {
	r, err := d.reader()
	return stream{reader: r, decoder: &framed{}}, err
}

// framed are messages with their length before each.
type framed struct{ wire.Decoder }

func (f *framed) counts() *wire.Counts { return &f.Counts }

func (f *framed) ended() error {
	if f.Partial() {
		return fmt.Errorf("message %d: %w", f.Messages, errInside)
	}
	return nil
}

// reader reads from the socket, or from TLS.
func (d *dialed) reader() (byteReader, error) {
	if d.secure {
		return &streamReader{from: d.conn, buf: make([]byte, min(d.buffers.size, maxRecord)), socket: d.socket, secure: true}, nil
	}
	return newReader(d.socket, d.buffers)
}

// maxRecord is the most that one read from TLS returns.
const maxRecord = 16 << 10
