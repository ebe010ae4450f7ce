// Package transport holds the ways one message travels on one connection: as it
// is, in WebSocket frames, as server-sent events, over HTTP/2; each with or without
// TLS.
//
// A transport is what stands between the writer loop and its strategy:
//
//	loop → stream (a library that frames and buffers) → edge → strategy → socket
//
// The edge is the net.Conn that the library writes to, so that what net/http or
// gorilla/websocket hold back by themselves is part of what is measured. Plain
// tcp has none of it: there the loop writes to the strategy.
package transport

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
)

// A Spec describes one transport.
type Spec struct {
	Name    string
	Doc     string   // one sentence: what a message becomes
	Factors []string // optional factors that apply to it alone
	// Prefix asks for messages with their length before them: the transport has
	// no boundaries of its own.
	Prefix bool
	// Holds says that its library holds bytes back, so that flush policies apply
	// to strategies that hold none, too.
	Holds bool
	// Reads says that its library cannot go on without reading.
	Reads bool
	// Least is the size in bytes of the smallest message it carries.
	Least int
	// ALPN lists what TLS negotiates, the preferred one first.
	ALPN []string
	// Keeps tells whether what the library writes stays unchanged until it is
	// flushed, as strategies that gather need it; nil is never.
	Keeps func(plan.Values) bool
	// New begins a trial's protocol. It is nil where messages are written as
	// they are.
	New func(plan.Values) (Protocol, error)
}

// A Protocol performs the handshakes of one trial's connections.
type Protocol interface {
	// Open performs the server's part of the handshake on conn and returns the
	// stream that the writer loop then owns. When ctx ends it gives up.
	Open(ctx context.Context, conn net.Conn, ctl Control) (Stream, error)
	// Close ends what runs for the connections. Their sockets are closed by then.
	Close() error
}

// A Stream is one connection's library. One goroutine uses it.
type Stream interface {
	// WriteMessage encodes one message. The library may hold it back; m may be
	// changed when it returns.
	WriteMessage(m []byte) error
	// Flush makes the library write what it holds.
	Flush() error
	// End writes what the protocol ends a stream with. Nothing follows it.
	End() error
}

// A Beater is a Stream that must not be silent for long.
type Beater interface {
	Stream
	// Beat writes a sign of life.
	Beat() error
}

// A Control is the way to the socket for what must not wait for the loop's
// flush policy.
type Control interface {
	// FlushNow hands on everything that was written so far. Any goroutine may
	// call it.
	FlushNow() error
}

// Table lists every transport in the order people should see them.
var Table = []Spec{
	{
		Name: "tcp", Doc: "a length and the message, on the bare connection",
		Prefix: true, Least: wire.HeaderSize,
	},
	{
		Name: "sse", Doc: "one server-sent event a message, its bytes as text, in a chunked response of net/http",
		Factors: []string{"heartbeat"},
		Holds:   true, Least: wire.TextHeaderSize, ALPN: []string{"http/1.1"},
		New: newEventSource,
	},
	{
		Name: "ws", Doc: "one binary WebSocket frame a message, by gorilla/websocket",
		Factors: []string{"ws_prepared", "ws_pool", "deflate"},
		Least:   wire.HeaderSize, ALPN: []string{"http/1.1"},
		Keeps: func(v plan.Values) bool { return v.Bool("ws_prepared") },
		New:   newWebSocket,
	},
	{
		Name: "h2", Doc: "a length and the message, in the body of an HTTP/2 response of net/http",
		Factors: []string{"h2_window"},
		Prefix:  true, Holds: true, Reads: true, Least: wire.HeaderSize, ALPN: []string{"h2"},
		New: newH2,
	},
	{
		Name: "h2push", Doc: "one pushed HTTP/2 resource a message, by the Pusher of net/http",
		Factors: []string{"h2_window"},
		Holds:   true, Reads: true, Least: wire.HeaderSize, ALPN: []string{"h2"},
		New: newH2Push,
	},
}

// Named returns the transport of that name.
func Named(name string) (Spec, error) {
	var names []string
	for _, s := range Table {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Spec{}, fmt.Errorf("no transport %q: there are %s", name, strings.Join(names, ", "))
}

// Applies tells whether the optional factor changes what the transport does.
func (s Spec) Applies(factor string) bool {
	for _, f := range s.Factors {
		if f == factor {
			return true
		}
	}
	return false
}
