package coalesce

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A Conn is a net.Conn that coalesces writes. Its methods may be called from
// many goroutines at once; the bytes of one Write stay together.
//
// It does not embed the connection below: a promoted ReadFrom or SyscallConn
// would go round the buffer.
type Conn struct {
	conn     net.Conn
	vectored bool // net.Buffers on conn is one writev
	cfg      Config
	pool     *sync.Pool

	mu   sync.Mutex // never held during a call that can block
	cond sync.Cond  // busy, err or closed changed

	buf      *[]byte // bytes accepted and not yet sent; nil when there are none
	busy     bool    // somebody is inside a write call below: the sole right to send
	started  time.Time
	blocked  int // owner's calls that wait for, or are in, a write call below
	flushing bool
	asked    Cause       // why the flusher should not wait; ByIdle: nobody asked
	timing   bool        // timer runs
	timer    *time.Timer // of Hold; nil before its first use

	deadline time.Time // for the owner's writes
	armed    time.Time // set on conn; differs when bytes accepted earlier are yet to leave

	err    error // of the first write that failed
	shut   bool  // CloseWrite was called
	closed bool
	stats  Stats
}

// New returns a Conn that writes to conn, which nobody else may write to.
func New(conn net.Conn, cfg Config) *Conn {
	c := &Conn{conn: conn, cfg: cfg.withDefaults()}
	// A small write goes in whole even where it passes the threshold.
	c.pool = poolOf(c.cfg.Bytes + c.small())
	c.cond.L = &c.mu
	switch conn.(type) {
	case *net.TCPConn, *net.UnixConn:
		c.vectored = true
	}
	return c
}

// small is the size from which a write that does not fit is sent from where it
// is instead of being copied.
func (c *Conn) small() int { return (c.cfg.Bytes + 1) / 2 }

// Write accepts p, or with an error the part of it that was sent. It waits only
// when the buffer is full.
func (c *Conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	full := func() bool { return c.buffered()+len(p) >= c.cfg.Bytes }
	if err := c.turn(full); err != nil {
		return 0, err
	}
	c.stats.Writes++
	if len(p) == 0 {
		return 0, nil
	}
	if !full() {
		c.append(p)
		c.schedule()
		return len(p), nil
	}
	ahead := c.buffered()
	var tail []byte
	if len(p) < c.small() {
		c.append(p)
	} else {
		tail = p
		c.stats.Bytes += int64(len(p))
	}
	n, err := c.sendOwn(ByBytes, tail)
	if err != nil {
		return max(0, n-ahead), err
	}
	return len(p), nil
}

// Flush sends what was accepted before the call.
func (c *Conn) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.turn(always); err != nil {
		return err
	}
	if c.buffered() == 0 {
		return nil
	}
	_, err := c.sendOwn(ByFlush, nil)
	return err
}

// Read reads from the connection below. Buffered bytes leave while it waits;
// it does not wait for them, so that two peers who both write before they read
// do not stop each other.
func (c *Conn) Read(p []byte) (int, error) {
	c.ask(ByRead)
	n, err := c.conn.Read(p)
	if err != nil && c.isClosed() {
		err = c.opError("read", net.ErrClosed)
	}
	return n, err
}

// NetConn returns the connection below. Bytes written to it overtake those
// buffered here.
func (c *Conn) NetConn() net.Conn { return c.conn }

// LocalAddr returns the local address of the connection below.
func (c *Conn) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

func (c *Conn) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// refusal is why nothing more can be written, or nil. mu is held.
func (c *Conn) refusal() error {
	switch {
	case c.closed:
		return c.opError("write", net.ErrClosed)
	case c.err != nil:
		return c.err
	case c.shut:
		return c.opError("write", syscall.EPIPE)
	case c.expired():
		return c.opError("write", os.ErrDeadlineExceeded)
	}
	return nil
}

func (c *Conn) opError(op string, err error) error {
	local, remote := c.conn.LocalAddr(), c.conn.RemoteAddr()
	network := ""
	if local != nil {
		network = local.Network()
	}
	return &net.OpError{Op: op, Net: network, Source: local, Addr: remote, Err: err}
}
