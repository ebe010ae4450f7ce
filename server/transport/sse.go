package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/sse"
)

// retryTime is after how long a client is told to come back.
const retryTime = time.Second

// eventName is the type of every event.
const eventName = "message"

// An eventSource answers each connection's request with events, through net/http.
type eventSource struct{ http *httpServer }

func newEventSource(plan.Values) (Protocol, error) {
	s := &eventSource{newHTTPServer()}
	s.http.handle(streamPath, s.serve)
	s.http.serve()
	return s, nil
}

func (s *eventSource) Open(ctx context.Context, conn net.Conn, ctl Control) (Stream, error) {
	return s.http.open(ctx, conn, &visit{ctl: ctl})
}

func (s *eventSource) Close() error { return s.http.Close() }

// serve begins the response. The writer loop owns it until the visit is over.
func (s *eventSource) serve(w http.ResponseWriter, r *http.Request, v *visit) {
	h := w.Header()
	h.Set("Content-Type", sse.ContentType)
	h.Set("Cache-Control", "no-cache")
	s.http.site.allow(h, r)
	e := &events{w: w, flusher: http.NewResponseController(w), visit: v, http: s.http, form: s.http.site.form(r, textForm)}
	if s.http.site != nil {
		e.name = s.http.site.Stream
	}
	e.buf = sse.AppendRetry(e.buf, retryTime)
	if err := e.write(); err != nil {
		return
	}
	if err := e.Flush(); err != nil {
		return
	}
	v.stream <- e
	s.http.hold(v)
}

// events is a response made of events. net/http holds them back: 2 KiB until they
// become a chunk, and chunks in 4 KiB more.
type events struct {
	w       http.ResponseWriter
	flusher *http.ResponseController
	http    *httpServer
	visit   *visit
	form    form
	name    string // of the stream, for ids
	pads    wire.TextPads
	text    []byte // the message at hand
	buf     []byte // and its event
}

// WriteMessage writes the text of a message as an event. Its id is the message's
// sequence number.
func (e *events) WriteMessage(m []byte) error {
	if err := e.encode(m); err != nil {
		return err
	}
	return e.write()
}

func (e *events) encode(m []byte) error {
	if len(m) < wire.TextHeaderSize {
		return fmt.Errorf("a message of %d B: its text begins with a header of %d B", len(m), wire.TextHeaderSize)
	}
	seq, due := wire.Header(m)
	if e.pads.Size() != len(m) {
		e.pads = wire.TextPadsFor(len(m))
	}
	e.text = e.form(e.text[:0], e.pads, seq, due)
	e.buf = sse.AppendEvent(e.buf[:0], eventName, e.name, seq, e.text)
	return nil
}

// Beat writes a comment.
func (e *events) Beat() error {
	e.buf = sse.AppendPing(e.buf[:0])
	return e.write()
}

func (e *events) write() error {
	_, err := e.w.Write(e.buf)
	return err
}

func (e *events) Flush() error { return e.flusher.Flush() }

// End lets the handler return, upon which net/http writes the last chunk.
func (e *events) End() error {
	e.visit.finish()
	return nil
}

// Resume is the last event id that the client has seen, or "".
func (e *events) Resume() string { return e.visit.resume }

// Close gives up the place of a stream that has ended or failed.
func (e *events) Close() error {
	e.http.forget(e.visit.conn)
	return nil
}
