package transport

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
)

const (
	// maxControl bounds what a client may send: control frames and nothing else.
	maxControl = 4 << 10
	// controlTime is how long a control frame may wait for the frame before it.
	controlTime = 5 * time.Second
)

// A webSocket upgrades connections by gorilla/websocket. Its default check of
// the Origin header stands: a browser's page of another host is refused.
type webSocket struct {
	http     *httpServer
	upgrader websocket.Upgrader
	prepared *prepared // nil unless frames are shared by connections
	readers  sync.WaitGroup
}

func newWebSocket(v plan.Values) (Protocol, error) {
	w := &webSocket{upgrader: websocket.Upgrader{EnableCompression: v.Bool("deflate")}}
	if v.Bool("ws_pool") {
		w.upgrader.WriteBufferPool = &sync.Pool{}
	}
	if v.Bool("ws_prepared") {
		w.prepared = newPrepared(v.Int("queue"))
	}
	w.http = newHTTPServer()
	w.http.handle(streamPath, w.upgrade)
	w.http.serve()
	return w, nil
}

func (w *webSocket) Open(ctx context.Context, conn net.Conn, ctl Control) (Stream, error) {
	return w.http.open(ctx, conn, &visit{ctl: ctl})
}

// Close is called when the sockets are closed, so that every reader returns.
func (w *webSocket) Close() error {
	err := w.http.Close()
	w.readers.Wait()
	return err
}

func (w *webSocket) upgrade(rw http.ResponseWriter, r *http.Request, v *visit) {
	conn, err := w.upgrader.Upgrade(rw, r, nil)
	if err != nil {
		// A refusal is still net/http's to write, which then says that the
		// connection is idle; later failures have closed it.
		if refusal := (websocket.HandshakeError{}); !errors.As(err, &refusal) {
			v.leave()
		}
		return
	}
	answer(conn, v.ctl)
	w.readers.Go(func() { drain(conn) })
	v.stream <- &socket{conn: conn, prepared: w.prepared, http: w.http, visit: v, form: w.http.site.form(r, nil)}
}

// answer lets replies to control frames leave at once.
func answer(conn *websocket.Conn, ctl Control) {
	reply := func(kind int, data []byte) error {
		if err := conn.WriteControl(kind, data, time.Now().Add(controlTime)); err != nil {
			return err
		}
		return ctl.FlushNow()
	}
	conn.SetReadLimit(maxControl)
	conn.SetPingHandler(func(data string) error { return reply(websocket.PongMessage, []byte(data)) })
	conn.SetCloseHandler(func(code int, _ string) error {
		return reply(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""))
	})
}

// drain reads control frames until the connection ends.
func drain(conn *websocket.Conn) {
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// A socket is one WebSocket connection. Each message is a frame that gorilla
// writes when it is complete, so there is nothing to flush.
type socket struct {
	conn     *websocket.Conn
	prepared *prepared
	http     *httpServer
	visit    *visit
	form     form // of text messages; nil sends messages as they are
	pads     wire.TextPads
	text     []byte // the message at hand
}

func (s *socket) WriteMessage(m []byte) error {
	if s.form != nil {
		return s.writeText(m)
	}
	if s.prepared == nil {
		return s.conn.WriteMessage(websocket.BinaryMessage, m)
	}
	p, err := s.prepared.of(m)
	if err != nil {
		return err
	}
	return s.conn.WritePreparedMessage(p)
}

func (s *socket) writeText(m []byte) error {
	if s.pads.Size() != len(m) {
		s.pads = wire.TextPadsFor(len(m))
	}
	seq, due := wire.Header(m)
	s.text = s.form(s.text[:0], s.pads, seq, due)
	return s.conn.WriteMessage(websocket.TextMessage, s.text)
}

func (s *socket) Flush() error { return nil }

// End begins the closing handshake.
func (s *socket) End() error {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	err := s.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(controlTime))
	if errors.Is(err, websocket.ErrCloseSent) {
		return nil // the client was first
	}
	return err
}

// Resume is the last event id that the client has seen, or "".
func (s *socket) Resume() string { return s.visit.resume }

// Close gives up the place of a stream that has ended or failed.
func (s *socket) Close() error {
	s.http.forget(s.visit.conn)
	return nil
}
