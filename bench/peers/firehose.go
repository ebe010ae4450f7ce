package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
)

// sendBuffer is small, so that what was written is nearly what was read.
const sendBuffer = 64 << 10

// drainTime is how long a client may take for the rest of its stream.
const drainTime = 30 * time.Second

// A firehose writes to one client as many messages as it takes.
type firehose struct {
	served  atomic.Bool
	written atomic.Uint64
	begun   chan struct{} // closed when the first batch is written
	stop    chan struct{}
	ended   chan error // of the stream
}

// An order is what the parent asks of a firehose; each has one answer, a mark.
type order struct {
	Await bool `json:"await,omitempty"` // answer when the stream has begun
	PID   int  `json:"pid,omitempty"`   // of whom the CPU clock is read
	Stop  bool `json:"stop,omitempty"`  // end the stream first
}

// serveFirehose listens, says where, and does what it is told until its standard
// input ends.
func serveFirehose(_ []string, stdin io.Reader, stdout io.Writer) error {
	parent := child.Attach(stdin, stdout, child.Exit)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	f := &firehose{begun: make(chan struct{}), stop: make(chan struct{}), ended: make(chan error, 1)}
	go http.Serve(l, f) //nolint:errcheck,gosec // it lasts as long as the process
	if err := parent.Send(child.Ready{Addr: l.Addr().String()}); err != nil {
		return err
	}
	for {
		var o order
		if err := parent.Receive(&o); err != nil {
			return err
		}
		m, err := f.obey(o)
		if err != nil {
			return err
		}
		if err := parent.Send(m); err != nil {
			return err
		}
	}
}

func (f *firehose) obey(o order) (m mark, err error) {
	if o.Await {
		<-f.begun
	}
	if o.Stop {
		close(f.stop)
		if err := <-f.ended; err != nil {
			return m, fmt.Errorf("the stream: %w", err)
		}
	}
	if o.PID > 0 {
		if m.CPU, err = cpuClock(o.PID); err != nil {
			return m, err
		}
	}
	m.Messages, m.Time = f.written.Load(), clock.Now()
	return m, nil
}

// ServeHTTP gives the first client its stream.
func (f *firehose) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.served.Swap(true) {
		http.Error(w, "the stream is somebody else's", http.StatusConflict)
		return
	}
	conn, s, err := open(w, r)
	if err != nil {
		f.ended <- err
		return
	}
	defer conn.Close()
	f.ended <- f.pour(conn, s)
	// What the client says last is read, or the kernel would reset the connection
	// and lose what is on its way.
	_ = conn.(*net.TCPConn).CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.Copy(io.Discard, conn)
}

// open answers a request up to where messages follow.
func open(w http.ResponseWriter, r *http.Request) (net.Conn, stream, error) {
	if websocket.IsWebSocketUpgrade(r) {
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return nil, nil, err
		}
		return c.NetConn(), newFrames(), nil
	}
	h, ok := w.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("the connection cannot be taken over")
	}
	conn, _, err := h.Hijack()
	if err != nil {
		return nil, nil, err
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n"
	_, err = io.WriteString(conn, head)
	return conn, newEvents(), err
}

// pour writes until it is told to stop, or the client has left.
func (f *firehose) pour(conn net.Conn, s stream) error {
	if err := conn.(*net.TCPConn).SetWriteBuffer(sendBuffer); err != nil {
		return err
	}
	for {
		select {
		case <-f.stop:
			_, err := conn.Write(s.end())
			return err
		default:
		}
		first := f.written.Load()
		if _, err := conn.Write(s.batch(first, clock.Now())); err != nil {
			return err
		}
		if f.written.Add(uint64(perBatch)); first == 0 {
			close(f.begun)
		}
	}
}
