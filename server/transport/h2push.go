package transport

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
)

// pushPath is where a pushed message lies: its sequence number follows.
const pushPath = "/message/"

// leastPushes is how many pushed streams a client must take at once: net/http may
// count one as open still whose last frame has been written.
const leastPushes = 2

// newH2Push begins the protocol h2push: each message is a resource that is pushed
// while the response on stream 1 stays open.
func newH2Push(plan.Values) (Protocol, error) {
	s := &http2Server{http: newHTTPServer()}
	s.http.handle(streamPath, func(w http.ResponseWriter, _ *http.Request, v *visit) {
		pusher, ok := w.(http.Pusher)
		if !ok {
			return
		}
		s.serve(w, v, func(h h2Response) Stream {
			v.pushes = &pushes{h2Response: h, pusher: pusher, ready: map[uint64][]byte{}}
			return v.pushes
		})
	})
	s.http.handle(pushPath+"{seq}", func(w http.ResponseWriter, r *http.Request, v *visit) {
		seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
		if err != nil || v.pushes == nil || !v.pushes.answer(w, seq) {
			http.NotFound(w, r)
		}
	})
	s.http.serveHTTP2()
	return s, nil
}

// pushes are messages as resources. net/http answers each in a goroutine of its
// own, so that the messages under way may overtake each other.
type pushes struct {
	h2Response
	pusher http.Pusher
	pushed uint64
	path   []byte

	mu     sync.Mutex
	ready  map[uint64][]byte // promised and not yet answered, by sequence number
	free   [][]byte
	length []string // header field of the last size
	size   int
}

var octetField = []string{octets}

// WriteMessage promises a message. It waits while as many are under way as the
// client takes.
func (p *pushes) WriteMessage(m []byte) error {
	if err := p.conn.begin(); err != nil {
		return p.conn.done(err)
	}
	return p.conn.done(p.push(m))
}

func (p *pushes) push(m []byte) error {
	if err := p.conn.waitPushes(p.pushed); err != nil {
		return err
	}
	seq, _ := wire.Header(m)
	p.keep(seq, m)
	p.path = strconv.AppendUint(append(p.path[:0], pushPath...), seq, 10)
	if err := p.pusher.Push(string(p.path), nil); err != nil {
		return fmt.Errorf("HTTP/2 push of message %d: %w", seq, err)
	}
	p.pushed++
	p.messages++
	return nil
}

func (p *pushes) keep(seq uint64, m []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b []byte
	if n := len(p.free); n > 0 {
		b, p.free = p.free[n-1], p.free[:n-1]
	}
	p.ready[seq] = append(b[:0], m...)
	if p.size != len(m) {
		p.size, p.length = len(m), []string{strconv.Itoa(len(m))}
	}
}

// answer writes a promised message. It returns false if there is none.
func (p *pushes) answer(w http.ResponseWriter, seq uint64) bool {
	p.mu.Lock()
	m, ok := p.ready[seq]
	delete(p.ready, seq)
	length := p.length
	if len(m) != p.size {
		length = []string{strconv.Itoa(len(m))}
	}
	p.mu.Unlock()
	if !ok {
		return false
	}
	h := w.Header()
	h["Content-Type"], h["Content-Length"] = octetField, length
	_, _ = w.Write(m) // net/http has copied it then, or written it; an error ends the connection
	p.mu.Lock()
	p.free = append(p.free, m)
	p.mu.Unlock()
	return true
}

// Flush waits until every message is written.
func (p *pushes) Flush() error {
	if err := p.conn.begin(); err != nil {
		return p.conn.done(err)
	}
	return p.conn.done(p.conn.waitEnds(p.pushed))
}

var errNoPush = errors.New("the client takes no pushed streams, or only one at a time")

// waitPushes waits until the client takes one more pushed stream than the pushed
// ones.
func (c *h2Conn) waitPushes(pushed uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.failed != nil:
			return c.failed
		case !c.pushable || c.streams < leastPushes:
			return errNoPush
		case int64(pushed-c.ended) < c.streams-1:
			return nil
		}
		c.changed.Wait()
	}
}

// waitEnds waits until n pushed streams have ended.
func (c *h2Conn) waitEnds(n uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.ended < n {
		if c.failed != nil {
			return c.failed
		}
		c.changed.Wait()
	}
	return nil
}
