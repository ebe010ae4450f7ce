//go:build linux

package user

import (
	"errors"
	"runtime"
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

// A carrier moves the packets of one direction.
type carrier struct {
	in, out, stop int
	start         time.Time
	// realtime puts the thread before all ordinary ones. It is for links whose
	// rate bounds the work: without a bound it could take a core for itself.
	realtime bool

	mu    sync.Mutex // held while the thread is awake
	sched *sched.Scheduler
	line  sched.Line[packet]
	pool  pool
	stats stats
}

// stats are what a carrier counts itself.
type stats struct {
	counters sched.Counters
	late     sched.Lateness
}

// run carries packets until stop becomes readable.
func (c *carrier) run() {
	runtime.LockOSThread() // and never unlock: the timer slack goes with the thread
	// A sleep of an ordinary thread may be prolonged by 50 µs; this one's not.
	// Best effort: without it the link is late by that much, and says so.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	if c.realtime {
		// Also best effort: it takes CAP_SYS_NICE.
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 1}, 0)
	}
	polled := []unix.PollFd{{Fd: int32(c.in), Events: unix.POLLIN}, {Fd: int32(c.stop), Events: unix.POLLIN}}
	for {
		next, more := c.work()
		if more {
			continue
		}
		if !c.sleep(polled, next) || polled[1].Revents != 0 {
			return
		}
	}
}

// work takes in what has arrived and sends what is due. It returns when the next
// packet is due, and whether there is more to do at once.
func (c *carrier) work() (next time.Duration, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	more = c.take()
	c.send()
	next, waiting := c.line.Next()
	if !waiting {
		next = profile.Never
	}
	return next, more
}

// sleep waits for packets, for the time next, or for the end. The deadline is
// absolute: what is left until then is worked out at the last moment.
func (c *carrier) sleep(polled []unix.PollFd, next time.Duration) bool {
	var timeout *unix.Timespec
	if next != profile.Never {
		left := next - time.Since(c.start)
		if left <= 0 {
			return true
		}
		ts := unix.NsecToTimespec(int64(left))
		timeout = &ts
	}
	_, err := unix.Ppoll(polled, timeout, nil)
	return err == nil || errors.Is(err, unix.EINTR)
}

// take reads packets until there is none or the burst is full, which it reports.
func (c *carrier) take() bool {
	now := time.Since(c.start)
	for range burst {
		p, ok := c.pool.get()
		if !ok {
			// The memory is full. Drop what comes: it is counted, and the link
			// is not what was asked for.
			p = packet{index: spare}
		}
		n, err := unix.Read(c.in, c.pool.bytes(p))
		if n <= 0 || err != nil {
			c.pool.put(p)
			return false
		}
		p.size = int32(n)
		if !ok {
			c.stats.counters.Overrun++
			continue
		}
		c.arrived(now, p)
	}
	return true
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
			copy(c.pool.bytes(q), c.pool.bytes(p)[:p.size])
		}
		if d.Flip >= 0 {
			c.pool.bytes(q)[d.Flip/8] ^= 1 << (d.Flip % 8)
		}
		c.line.Push(d.At, q)
	}
}

// send delivers every packet that is due.
func (c *carrier) send() {
	var now time.Duration
	for sent := 0; ; sent++ {
		if sent%burst == 0 {
			now = time.Since(c.start)
		}
		at, ok := c.line.Next()
		if !ok || at > now {
			return
		}
		p := c.line.Pop()
		_, err := unix.Write(c.out, c.pool.bytes(p)[:p.size])
		c.pool.put(p)
		c.stats.late.Add(now - at)
		// EINVAL is a packet whose version a turned bit made invalid: it was
		// carried, and is refused as a host refuses it.
		if err != nil && !errors.Is(err, unix.EINVAL) {
			c.stats.counters.Overrun++
			continue
		}
		c.stats.counters.Sent++
		c.stats.counters.SentBytes += uint64(p.size) + profile.HeaderBytes
	}
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
