package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/server/strategy"
)

// openTime is how long a connection's handshakes may take.
const openTime = 20 * time.Second

// A Transport opens the connections of one trial.
type Transport struct {
	spec     Spec
	strat    strategy.Spec
	options  strategy.Options
	protocol Protocol // nil where messages are written as they are
	position string   // of the strategy: "none" without TLS, "above" or "below" the records
	tls      *tls.Config
	pem      string
	patience time.Duration // how long a connection may take until its stream begins
}

// New returns the transport that the factors ask for. host is the address it is
// reached at.
func New(v plan.Values, host string) (*Transport, error) {
	spec, err := Named(v.Text("transport"))
	if err != nil {
		return nil, err
	}
	strat, err := strategy.Named(v.Text("strategy"))
	if err != nil {
		return nil, err
	}
	if _, what := Refuse(v); what != "" {
		return nil, errors.New(what)
	}
	t := &Transport{spec: spec, strat: strat, options: options(v), position: v.Text("tls"), patience: openTime}
	if t.position != "none" {
		if t.tls, t.pem, err = certify(host, spec.ALPN); err != nil {
			return nil, fmt.Errorf("certificate for %s: %w", host, err)
		}
	}
	if spec.New != nil {
		t.protocol, err = spec.New(v)
	}
	return t, err
}

func options(v plan.Values) strategy.Options {
	return strategy.Options{
		Buffer: v.Int("buffer"), BDPShare: v.Number("bdp_share"),
		LeastRTT: v.Text("bdp_rtt") == "least", HighWater: v.Number("high_water"),
	}
}

// Name is the transport's name.
func (t *Transport) Name() string { return t.spec.Name }

// Prefix tells whether messages must have their length before them.
func (t *Transport) Prefix() bool { return t.spec.Prefix }

// Certificate is what a client must trust, in PEM; "" without TLS.
func (t *Transport) Certificate() string { return t.pem }

// Close ends what runs for the connections.
func (t *Transport) Close() error {
	if t.protocol == nil {
		return nil
	}
	return t.protocol.Close()
}

// A Link is an open connection. One goroutine writes to it.
type Link struct {
	// Strategy is what the writer loop hands messages to.
	Strategy strategy.Strategy
	// Beat, if not nil, writes a sign of life, which the next flush hands on.
	Beat func() error

	conn    *net.TCPConn
	file    *file // in place of the socket, or nil
	marked  bool  // the protocol marks the end of a stream
	bottom  strategy.Strategy
	sink    *strategy.Sink // counts the write calls on the socket
	stream  Stream         // nil where messages are written as they are
	edge    *edge          // nil where the loop writes to the strategy itself
	tls     *tls.Conn      // nil without TLS
	lower   *recordConn    // below a tls with the strategy above it
	records *records       // nil without TLS
}

// Open performs all handshakes on an accepted connection. observe, if not nil, is
// told the time inside each write call on the socket from then on.
func (t *Transport) Open(ctx context.Context, conn *net.TCPConn, observe func(time.Duration)) (*Link, error) {
	if t.position == "none" && t.protocol == nil {
		l, err := t.plain(conn, observe)
		l.conn = conn
		return l, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.patience)
	defer cancel()
	if err := conn.SetDeadline(time.Now().Add(t.patience)); err != nil {
		return nil, err
	}
	l := &Link{conn: conn, marked: t.protocol != nil, sink: strategy.NewSink(conn)}
	if err := t.layer(ctx, l, conn, observe); err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		_ = l.Close()
		return nil, err
	}
	if l.edge == nil {
		l.Strategy = l.bottom
		return l, nil
	}
	l.Strategy = t.loopSide(l)
	if b, beats := l.stream.(Beater); beats {
		l.Beat = func() error { return l.edge.cause(b.Beat()) }
	}
	return l, l.edge.enter(streaming)
}

// plain is a link with nothing between the loop and the strategy, and nothing
// between the strategy and the connection.
func (t *Transport) plain(conn net.Conn, observe func(time.Duration)) (*Link, error) {
	sink := strategy.NewSink(conn)
	sink.Observe = observe
	s, err := t.strat.New(sink, t.options)
	return &Link{Strategy: s, bottom: s, sink: sink}, err
}

// layer puts the layers of the link on each other, from the socket upwards.
func (t *Transport) layer(ctx context.Context, l *Link, conn *net.TCPConn, observe func(time.Duration)) (err error) {
	under, sink := net.Conn(conn), l.sink
	if t.position == "above" {
		l.records = &records{}
		l.lower = &recordConn{Conn: conn, sink: l.sink, records: l.records}
		l.tls = tls.Server(l.lower, t.tls)
		if err := l.tls.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		under, sink = l.tls, strategy.NewSink(l.tls)
	}
	l.sink.Observe = observe // the handshake of TLS does not count
	if l.bottom, err = t.strat.New(sink, t.options); err != nil {
		return err
	}
	if t.position == "above" && t.protocol == nil {
		return nil
	}
	l.edge = &edge{under: under, strat: l.bottom, gathers: t.strat.Gathers}
	l.edge.flusher, _ = l.bottom.(strategy.Flusher)
	top := net.Conn(l.edge)
	if t.position == "below" {
		l.records = &records{}
		l.edge.records = l.records
		l.tls = tls.Server(l.edge, t.tls)
		if err := l.tls.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		top = l.tls
	}
	if t.protocol == nil {
		l.stream = bare{top}
		return nil
	}
	l.stream, err = t.protocol.Open(ctx, top, l.edge)
	return err
}

// loopSide is the stream as the loop sees it.
func (t *Transport) loopSide(l *Link) strategy.Strategy {
	m := messages{l.stream, l.edge}
	if l.edge.flusher == nil && !t.spec.Holds {
		return &m
	}
	return &holding{messages: m}
}

// End ends the stream as its protocol does; everything was flushed before. The
// connection stays open.
func (l *Link) End() error {
	if l.edge != nil {
		err := l.edge.enter(ending)
		if err == nil {
			err = l.stream.End()
		}
		if err = l.edge.ended(err); err != nil {
			return err
		}
	}
	if l.tls == nil {
		return nil
	}
	err := l.tls.CloseWrite()
	if l.marked {
		return nil // the client may have closed already
	}
	return err
}

// CloseWrite closes the writing half of the connection. A client that knows the
// end of a stream by its protocol may have closed the connection already; one that
// misses the end reports it.
func (l *Link) CloseWrite() error {
	if l.file != nil {
		if err := l.file.to.Close(); err != nil {
			return err
		}
	}
	err := l.conn.CloseWrite()
	if l.marked || l.tls != nil {
		return nil
	}
	return err
}

// Release lets go of what the strategy holds beyond bytes. The connection is
// still open.
func (l *Link) Release() error {
	if c, ok := l.bottom.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Resume is the last event id that the client has seen, as it said; "" if it did
// not.
func (l *Link) Resume() string {
	if r, ok := l.stream.(interface{ Resume() string }); ok {
		return r.Resume()
	}
	return ""
}

// Close closes the connection and lets go of what is kept for it.
func (l *Link) Close() error {
	err := l.conn.Close()
	if c, ok := l.stream.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return err
}

// Report has what the strategy and the protocol counted by themselves, or nil.
func (l *Link) Report() map[string]float64 {
	var all map[string]float64
	if r, ok := l.bottom.(strategy.Reporter); ok {
		all = r.Report()
	}
	if r, ok := l.stream.(interface{ Report() map[string]float64 }); ok {
		if all == nil {
			return r.Report()
		}
		maps.Copy(all, r.Report())
	}
	return all
}

// SetWriteDeadline says until when what the loop writes may take, on the socket
// and in a protocol that waits for more than the socket. Any goroutine may call it.
func (l *Link) SetWriteDeadline(t time.Time) error {
	if d, ok := l.stream.(interface{ SetWriteDeadline(time.Time) }); ok {
		d.SetWriteDeadline(t)
	}
	if l.file != nil {
		return l.file.SetWriteDeadline(t)
	}
	return l.conn.SetWriteDeadline(t)
}

// Calls is the number of write calls made on the socket since the handshake, or
// under a strategy above TLS since the connection began.
func (l *Link) Calls() uint64 {
	switch {
	case l.lower != nil:
		return l.lower.calls()
	case l.edge != nil:
		return l.edge.calls(l.sink)
	}
	return l.sink.Calls()
}

// EmptyWrite makes a write call that writes nothing, and counts it.
func (l *Link) EmptyWrite() (err error) {
	switch {
	case l.lower != nil:
		_, err = l.lower.Write(nil)
	case l.edge != nil:
		err = l.edge.emptyWrite(l.sink)
	default:
		_, err = l.sink.Write(nil)
	}
	return err
}

// Records is the number of TLS records written.
func (l *Link) Records() uint64 {
	if l.records == nil {
		return 0
	}
	return l.records.n.Load()
}

// bare is a stream of messages as they are.
type bare struct{ conn net.Conn }

func (b bare) WriteMessage(m []byte) error {
	_, err := b.conn.Write(m)
	return err
}

func (bare) Flush() error { return nil }
func (bare) End() error   { return nil }
