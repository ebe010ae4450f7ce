//go:build linux

package user

import (
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// burst is how many packets are read, or sent, by one look at the clock: some
// 20 µs of work.
const burst = 8

// A carrier moves the packets of one direction. Its loop calls it.
type carrier struct {
	in, out int
	start   time.Time
	early   time.Duration // by how much a packet may leave before its time
	ready   bool          // there may be packets to read
	want    int           // how many to try for

	mu    sync.Mutex // held while the loop works on it
	sched *sched.Scheduler
	line  sched.Line[packet]
	pool  pool
	stats stats
	super [vnetSize + 64<<10]byte // what one read returned
	merge merger
}

// stats are what a carrier counts itself.
type stats struct {
	counters sched.Counters
	late     sched.Lateness
}

// work takes in what has arrived and sends what is due. It returns when the next
// packet is due, whether there is more to do at once, and whether it sent any.
func (c *carrier) work() (next time.Duration, more, sent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ready {
		more = c.take()
		c.ready = more
	}
	sent = c.send()
	next, waiting := c.line.Next()
	if !waiting {
		next = profile.Never
	}
	return next, more, sent
}

// take reads packets until there is none or the burst is full, which it reports.
// A lone packet is not worth a second call to learn that none follows: the poll
// before the sleep tells.
func (c *carrier) take() bool {
	now := time.Since(c.start)
	for range c.want {
		n, err := read(c.in, c.super[:])
		if n <= 0 || err != nil {
			c.want = 1
			return false
		}
		if !c.cut(now, c.super[:n]) {
			c.stats.counters.Overrun++
		}
	}
	full := c.want > 1
	c.want = min(2*c.want, burst)
	return full
}

// cut takes in the packets that one read returned; false if it made none of them.
func (c *carrier) cut(now time.Duration, b []byte) bool {
	s, ok := parse(b)
	for ok {
		p, free := c.pool.get()
		if !free {
			// The memory is full. Drop what comes: it is counted, and the link
			// is not what was asked for.
			p = packet{index: spare}
		}
		p.size = int32(s.next(c.pool.bytes(p)))
		switch {
		case p.size == 0:
			c.pool.put(p)
			return true
		case !free:
			c.stats.counters.Overrun++
		default:
			c.arrived(now, p)
		}
	}
	return false
}

// arrived asks the scheduler what becomes of a packet.
func (c *carrier) arrived(now time.Duration, p packet) {
	deliveries := c.sched.Arrive(now, int(p.size))
	if len(deliveries) == 0 {
		c.pool.put(p)
		return
	}
	// The first copy last: it may turn a bit of the packet itself.
	for i, d := range slices.Backward(deliveries) {
		q := p
		if i > 0 {
			var ok bool
			if q, ok = c.pool.get(); !ok {
				c.stats.counters.Overrun++
				continue
			}
			q.size = p.size
			copy(c.pool.bytes(q), c.pool.bytes(p)[:vnetSize+p.size])
		}
		if d.Flip >= 0 {
			c.pool.bytes(q)[vnetSize+d.Flip/8] ^= 1 << (d.Flip % 8)
		}
		c.line.Push(d.At, q)
	}
}

// send delivers every packet that is due, and tells whether there was one.
func (c *carrier) send() bool {
	var now time.Duration
	sent := 0
	for ; ; sent++ {
		if sent%burst == 0 {
			now = time.Since(c.start)
		}
		at, ok := c.line.Next()
		if !ok || at > now+c.early {
			break
		}
		p := c.line.Pop()
		c.stats.late.Add(now - at)
		if b := c.pool.bytes(p)[:vnetSize+p.size]; !c.merge.add(b) {
			c.deliver()
			c.merge.add(b)
		}
		c.pool.put(p)
	}
	c.deliver()
	return sent > 0
}

// deliver writes what was merged.
func (c *carrier) deliver() {
	b, n := c.merge.take()
	if n == 0 {
		return
	}
	// EINVAL is a packet whose version a turned bit made invalid: it was
	// carried, and is refused as a host refuses it.
	if err := write(c.out, b); err != nil && !errors.Is(err, unix.EINVAL) {
		c.stats.counters.Overrun += uint64(n)
		return
	}
	c.stats.counters.Sent += uint64(n)
	c.stats.counters.SentBytes += c.merge.wire
}

// read returns the counters so far.
func (c *carrier) read() stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	decided := c.sched.Counters()
	decided.Overrun, decided.Sent, decided.SentBytes = s.counters.Overrun, s.counters.Sent, s.counters.SentBytes
	s.counters = decided
	return s
}

func (c *carrier) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sched.Begin(time.Since(c.start))
}
