package transport

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
)

// An http2Server answers each connection's request with a body that never ends,
// or with pushed resources, through net/http's HTTP/2. The connection it is given
// is always in clear: TLS, if any, was spoken before, and has negotiated h2.
type http2Server struct{ http *httpServer }

// newH2 begins the protocol h2: messages are in the body of the response.
func newH2(plan.Values) (Protocol, error) {
	s := &http2Server{http: newHTTPServer()}
	s.http.handle(streamPath, func(w http.ResponseWriter, r *http.Request, v *visit) {
		s.serve(w, v, func(h h2Response) Stream { return &body{h2Response: h} })
	})
	s.http.serveHTTP2()
	return s, nil
}

func (s *http2Server) Open(ctx context.Context, conn net.Conn, ctl Control) (Stream, error) {
	c := newH2Conn(conn, ctl)
	stream, err := s.http.open(ctx, c, &visit{h2: c})
	if err != nil {
		return nil, err
	}
	// The head of the response must not be left to the strategy.
	return stream, c.wait(func(c *h2Conn) bool { return c.answered })
}

func (s *http2Server) Close() error { return s.http.Close() }

// serve begins the response on stream 1. The writer loop owns it until the visit
// is over.
func (s *http2Server) serve(w http.ResponseWriter, v *visit, stream func(h2Response) Stream) {
	h := h2Response{w: w, flusher: http.NewResponseController(w), visit: v, conn: v.h2, begun: clock.Now()}
	w.Header().Set("Content-Type", octets)
	w.Header().Set("Cache-Control", "no-store")
	if h.flusher.Flush() != nil {
		return
	}
	v.stream <- stream(h)
	s.http.hold(v)
}

const octets = "application/octet-stream"

// h2Response is the response on a connection's stream 1.
type h2Response struct {
	w        http.ResponseWriter
	flusher  *http.ResponseController
	visit    *visit
	conn     *h2Conn
	messages uint64
	begun    int64 // clock.Now
}

// End ends stream 1 and returns when that is written.
func (h *h2Response) End() error {
	defer h.conn.limit(time.Time{})
	if err := h.conn.begin(); err != nil {
		return h.conn.done(err)
	}
	h.visit.release()
	return h.conn.done(h.conn.wait(func(c *h2Conn) bool { return c.over }))
}

// SetWriteDeadline bounds the loop's calls.
func (h *h2Response) SetWriteDeadline(t time.Time) { h.conn.limit(t) }

// Report tells what the client allowed.
func (h *h2Response) Report() map[string]float64 {
	h.conn.mu.Lock()
	defer h.conn.mu.Unlock()
	now, w := clock.Now(), &h.conn.space
	return map[string]float64{
		"h2_connections":          1,
		"h2_messages":             float64(h.messages),
		"h2_seconds":              float64(now-h.begun) / 1e9,
		"h2_stream_window":        float64(w.first),
		"h2_connection_window":    float64(w.offered),
		"h2_window_empty_seconds": float64(w.emptyUntil(now)) / 1e9,
		"h2_window_updates":       float64(w.updates),
	}
}

// body has messages with a length before each. net/http holds them back: 4 KiB
// until they become a DATA frame, and frames in 4 KiB more.
type body struct {
	h2Response
	written uint64 // bytes
}

func (b *body) WriteMessage(m []byte) error {
	if err := b.conn.begin(); err != nil {
		return b.conn.done(err)
	}
	_, err := b.w.Write(m)
	b.written += uint64(len(m))
	b.messages++
	return b.conn.done(err)
}

// Flush makes a DATA frame of what is held and waits until net/http's own
// goroutine has written it.
func (b *body) Flush() error {
	if err := b.conn.begin(); err != nil {
		return b.conn.done(err)
	}
	err := b.flusher.Flush()
	if err == nil {
		err = b.conn.waitData(b.written)
	}
	return b.conn.done(err)
}

// waitData waits until n bytes of DATA were written.
func (c *h2Conn) waitData(n uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.data < n {
		if c.failed != nil {
			return c.failed
		}
		c.changed.Wait()
	}
	return nil
}
