package transport

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of the HTTP servers, beyond the time a handshake may take as a whole.
const (
	readHeaderTime = 10 * time.Second
	idleTime       = 60 * time.Second
	maxHeaderBytes = 16 << 10
)

// An httpServer lets net/http serve connections that were accepted elsewhere. A
// handler on each hands its stream to whoever opens the connection.
type httpServer struct {
	server *http.Server
	mux    *http.ServeMux
	queue  handoff
	work   sync.WaitGroup
	site   *Site // nil in a trial
	mu     sync.Mutex
	visits map[net.Conn]*visit
	h2     bool // HTTP/2, and nothing else
}

// A handler answers the request for a stream.
type handler func(w http.ResponseWriter, r *http.Request, v *visit)

// A visit is one connection's way from open to its handler and back.
type visit struct {
	ctl    Control
	h2     *h2Conn     // under HTTP/2
	pushes *pushes     // of a stream that pushes; set before the first of them
	stream chan Stream // from the handler, once
	asked  bool        // a site for its stream; the connection's goroutine alone uses it
	resume string      // the last event id that the client has seen, if it says so
	conn   net.Conn
	gone   bool          // nobody waits for the stream any more; under the server's mu
	vacate func()        // gives the stream's place to another; under the server's mu
	end    chan struct{} // closed when the handler may return
	over   chan struct{} // closed when net/http is done with the response
	ending sync.Once
	once   sync.Once
}

var errNoStream = errors.New("the client's request opened no stream")

// newHTTPServer returns a server of nothing. Add handlers, and serve.
func newHTTPServer() *httpServer {
	s := &httpServer{
		mux: http.NewServeMux(), visits: map[net.Conn]*visit{},
		queue: handoff{conns: make(chan net.Conn), closed: make(chan struct{})},
	}
	s.server = &http.Server{
		Handler: s.mux, ReadHeaderTimeout: readHeaderTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeaderBytes,
		ConnContext: s.context, ConnState: s.changed,
		ErrorLog: log.New(discard{}, "", 0), // what fails a trial is in its record
	}
	return s
}

// handle serves GET requests of path by f.
func (s *httpServer) handle(path string, f handler) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		if v, ok := r.Context().Value(visitKey{}).(*visit); ok && s.admit(w, r, v) {
			f(w, r, v)
		}
	})
}

func (s *httpServer) serve() { s.work.Go(func() { _ = s.server.Serve(&s.queue) }) }

// serveHTTP2 speaks HTTP/2 alone, known beforehand to both sides. A client has one
// request at a time: its stream.
func (s *httpServer) serveHTTP2() {
	s.h2 = true
	s.server.Protocols = new(http.Protocols)
	s.server.Protocols.SetUnencryptedHTTP2(true)
	s.server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 1}
	s.serve()
}

// streamPath is where a client asks for its stream.
const streamPath = "/stream"

type visitKey struct{}

func (s *httpServer) context(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, visitKey{}, s.visit(conn))
}

func (s *httpServer) visit(conn net.Conn) *visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visits[conn]
}

// changed notes when net/http is done with a connection's response, so that it has
// been sent. A site's clients may ask for other things before they ask for a stream,
// and under HTTP/2 a connection is idle before its first request, too.
func (s *httpServer) changed(conn net.Conn, state http.ConnState) {
	if s.h2 && state == http.StateIdle {
		return
	}
	if state != http.StateIdle && state != http.StateClosed {
		return
	}
	if v := s.visit(conn); v != nil && (state == http.StateClosed || s.site == nil || v.asked) {
		v.leave()
	}
}

// leave tells that no stream comes, or that it is over.
func (v *visit) leave() { v.once.Do(func() { close(v.over) }) }

// open gives net/http a connection and waits for its stream.
func (s *httpServer) open(ctx context.Context, conn net.Conn, v *visit) (_ Stream, err error) {
	defer func() {
		if err != nil {
			s.forget(conn)
		}
	}()
	v.conn, v.stream, v.end, v.over = conn, make(chan Stream, 1), make(chan struct{}), make(chan struct{})
	s.mu.Lock()
	s.visits[conn] = v
	s.mu.Unlock()
	select {
	case s.queue.conns <- conn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case stream := <-v.stream:
		return stream, nil
	case <-v.over:
		return nil, errNoStream
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// release lets the handler return.
func (v *visit) release() { v.ending.Do(func() { close(v.end) }) }

// finish does, and waits until its response is written.
func (v *visit) finish() {
	v.release()
	<-v.over
}

// forget lets go of what is kept for a connection whose stream is over, or never
// came.
func (s *httpServer) forget(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.visits[conn]
	if v == nil {
		return
	}
	delete(s.visits, conn)
	v.gone = true
	v.release()
	if v.vacate != nil {
		v.vacate()
	}
}

// hold keeps a handler until its stream is at an end, or the server is closed.
func (s *httpServer) hold(v *visit) {
	select {
	case <-v.end:
	case <-s.queue.closed:
	}
}

func (s *httpServer) Close() error {
	err := s.server.Close() // closes the queue, too
	s.work.Wait()
	return err
}

// A handoff is a listener that is handed its connections.
type handoff struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (h *handoff) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handoff) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

func (h *handoff) Addr() net.Addr { return &net.TCPAddr{} }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
