package transport

import (
	"encoding/binary"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pushbench/pushbench/server/strategy"
)

// recordHeader is the size of a TLS record's header: its type, a version and the
// length of what follows (RFC 8446, section 5.1).
const recordHeader = 5

// records counts the TLS records in a stream of writes.
type records struct {
	n    atomic.Uint64
	left int // of the record at hand
	head [recordHeader]byte
	have int // of head
}

// pass looks at what is about to be written.
func (r *records) pass(p []byte) {
	for len(p) > 0 {
		if r.left > 0 {
			n := min(r.left, len(p))
			r.left -= n
			p = p[n:]
			continue
		}
		n := copy(r.head[r.have:], p)
		r.have += n
		p = p[n:]
		if r.have == recordHeader {
			r.have = 0
			r.left = int(binary.BigEndian.Uint16(r.head[3:]))
			r.n.Add(1)
		}
	}
}

// A recordConn is the connection below a TLS connection that a strategy stands
// above of: every record is a write call of its own.
type recordConn struct {
	net.Conn
	mu      sync.Mutex
	sink    *strategy.Sink
	records *records
}

func (c *recordConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records.pass(p)
	return c.sink.Write(p)
}

func (c *recordConn) calls() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sink.Calls()
}

// Write deadlines are the writer loop's; crypto/tls sets one to say good-bye.
func (c *recordConn) SetWriteDeadline(time.Time) error { return nil }
func (c *recordConn) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
