package transport

import (
	"net"
	"sync"
	"time"

	"github.com/pushbench/pushbench/server/strategy"
)

// An edge is the connection that a library writes to. It embeds nothing: what
// *net.TCPConn has beyond net.Conn (ReadFrom) would go round the strategy.
type edge struct {
	under   net.Conn // what the strategy writes to
	records *records // of the TLS connection above; nil without one

	mu      sync.Mutex // the library's own goroutines write, too
	strat   strategy.Strategy
	flusher strategy.Flusher // nil if the strategy holds nothing back
	gathers bool             // the strategy is handed what belongs together
	state   state
	one     [1][]byte
	kept    [][]byte // written since the last commit, of a strategy that gathers
	failed  error    // the first error of a write
}

// state is what becomes of a write.
type state int

const (
	// opening: the handshake is under way and writes go straight to the
	// connection below.
	opening state = iota
	// streaming: writes go to the strategy, and the writer loop says when they
	// are flushed.
	streaming
	// ending: writes are flushed at once.
	ending
)

func (e *edge) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.records != nil {
		e.records.pass(p)
	}
	if e.state == opening {
		return e.under.Write(p)
	}
	if err := e.put(p); err != nil {
		return 0, err
	}
	if e.state == ending {
		if err := e.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// put hands one write to the strategy. The lock is held.
func (e *edge) put(p []byte) error {
	if e.gathers {
		e.kept = append(e.kept, p)
		return nil
	}
	e.one[0] = p
	return e.note(e.strat.WriteBatch(e.one[:]))
}

// flush hands everything on. The lock is held.
func (e *edge) flush() error {
	if len(e.kept) > 0 {
		err := e.note(e.strat.WriteBatch(e.kept))
		clear(e.kept)
		e.kept = e.kept[:0]
		return err
	}
	if e.flusher != nil {
		return e.note(e.flusher.Flush())
	}
	return nil
}

// FlushNow hands on what the strategy holds.
func (e *edge) FlushNow() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.state == opening {
		return nil
	}
	return e.flush()
}

// enter changes the state; what is held then leaves.
func (e *edge) enter(s state) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state = s
	return e.flush()
}

func (e *edge) note(err error) error {
	if err != nil && e.failed == nil {
		e.failed = err
	}
	return err
}

// cause returns what failed on the socket in place of what a library made of it:
// gorilla/websocket hides that an error is a time-out.
func (e *edge) cause(err error) error {
	if err == nil {
		return nil
	}
	return e.ended(err)
}

// ended is cause for a library that may not tell of an error at all.
func (e *edge) ended(err error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		return e.failed
	}
	return err
}

// calls is the number of write calls the sink was asked for.
func (e *edge) calls(sink *strategy.Sink) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return sink.Calls()
}

// emptyWrite makes a write call of no bytes.
func (e *edge) emptyWrite(sink *strategy.Sink) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := sink.Write(nil)
	return err
}

func (e *edge) Read(p []byte) (int, error) { return e.under.Read(p) }

// Close closes the connection of a handshake that failed. Once there is a stream
// the connection is the writer's, and only reading ends.
func (e *edge) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.state == opening {
		return e.under.Close()
	}
	return e.under.SetReadDeadline(time.Unix(1, 0))
}

func (e *edge) LocalAddr() net.Addr                { return e.under.LocalAddr() }
func (e *edge) RemoteAddr() net.Addr               { return e.under.RemoteAddr() }
func (e *edge) SetReadDeadline(t time.Time) error  { return e.under.SetReadDeadline(t) }
func (e *edge) SetDeadline(t time.Time) error      { return e.under.SetReadDeadline(t) }
func (e *edge) SetWriteDeadline(_ time.Time) error { return nil } // it is the writer loop's
