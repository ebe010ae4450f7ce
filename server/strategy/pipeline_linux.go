package strategy

import (
	"bufio"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pipeline gathers messages as bufio does and writes a buffer only where it keeps
// the bytes in flight within bandwidth times round-trip time, by TCP_INFO, and the
// send queue within a share of its buffer, by SO_MEMINFO. Else it pauses until
// acknowledgements have made room.
//
// Both are asked for before each write: two system calls more. The kernel wakes
// nobody when so much is acknowledged: a pause looks again and again, four times in
// a round trip. It ends with the write deadline.
//
// The kernel enlarges a send buffer of its own tuning only after it was full, which
// it never is here: with a long path, set SO_SNDBUF.
type pipeline struct {
	*bufio.Writer
	gate *gate
}

// A gate is the writer below the buffer.
type gate struct {
	sink   *Sink
	raw    syscall.RawConn
	rule   inflight
	now    flight // as last seen
	sent   uint64 // bytes written
	base   uint64 // bytes acknowledged before the first of ours
	err    error
	began  time.Time // of the first write
	counts struct {
		looks, pauses uint64
		paused        time.Duration
	}
	info    unix.TCPInfo
	memory  [unix.SizeofInt * 9 / 4]uint32 // SK_MEMINFO_VARS
	control func(fd uintptr)
	alive   func(fd uintptr) bool
}

// Indices of SO_MEMINFO (linux/sock_diag.h), and a state of TCP_INFO.
const (
	memSendBuffer = 3
	memQueued     = 5
	tcpClose      = 7
)

// slowStart is the threshold of a connection that has not left it.
const slowStart = 0x7fffffff

func newPipeline(s *Sink, o Options) (Strategy, error) {
	raw, err := rawConn("pipeline", s)
	if err != nil {
		return nil, err
	}
	g := &gate{sink: s, raw: raw, rule: o.inflight()}
	g.control = g.look
	g.alive = func(fd uintptr) bool { g.look(fd); return true }
	if err := g.ask(); err != nil {
		return nil, err
	}
	g.base = g.now.acked
	return pipeline{bufio.NewWriterSize(g, o.buffer()), g}, nil
}

// Write is the buffer's.
func (g *gate) Write(p []byte) (written int, err error) {
	if g.began.IsZero() {
		g.began = time.Now()
	}
	for len(p) > 0 {
		room, err := g.room(len(p))
		if err != nil {
			return written, err
		}
		n, err := g.sink.Write(p[:min(len(p), room)])
		g.sent += uint64(n)
		written += n
		p = p[n:]
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// room waits until some of n bytes may be written, and returns how many.
func (g *gate) room(n int) (int, error) {
	if err := g.ask(); err != nil {
		return 0, err
	}
	if room := g.free(n); room > 0 {
		return room, nil
	}
	g.counts.pauses++
	began := time.Now()
	defer func() { g.counts.paused += time.Since(began) }()
	for {
		if d := g.now.wait(time.Since(began)); d > 0 {
			time.Sleep(d)
		} else {
			runtime.Gosched()
		}
		// Writable or not, this fails once the deadline is over or the connection
		// closed.
		if err := g.raw.Write(g.alive); err != nil || g.err != nil {
			return 0, first(err, g.err)
		}
		if room := g.free(n); room > 0 {
			return room, nil
		}
	}
}

// free is how many of n bytes may be written now.
func (g *gate) free(n int) int {
	if !g.now.connected {
		return n // the write tells what happened
	}
	return g.rule.room(g.now, g.base+g.sent, n)
}

func (g *gate) ask() error { return first(g.raw.Control(g.control), g.err) }

// look asks the kernel.
func (g *gate) look(fd uintptr) {
	g.counts.looks++
	g.err = os.NewSyscallError("getsockopt SO_MEMINFO", option(fd, unix.SOL_SOCKET, unix.SO_MEMINFO, unsafe.Pointer(&g.memory), unsafe.Sizeof(g.memory)))
	if g.err != nil {
		return
	}
	g.now.queued, g.now.buffer = int(g.memory[memQueued]), int(g.memory[memSendBuffer])
	g.err = os.NewSyscallError("getsockopt TCP_INFO", option(fd, unix.IPPROTO_TCP, unix.TCP_INFO, unsafe.Pointer(&g.info), unsafe.Sizeof(g.info)))
	i := &g.info
	g.now.connected = i.State != tcpClose
	g.now.acked, g.now.segment = i.Bytes_acked, int(i.Snd_mss)
	g.now.starting = i.Snd_ssthresh >= slowStart
	g.now.rate = float64(i.Delivery_rate)
	g.now.rtt, g.now.least = time.Duration(i.Rtt)*time.Microsecond, time.Duration(i.Min_rtt)*time.Microsecond
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// option reads a socket option into size bytes at p.
func option(fd uintptr, level, name int, p unsafe.Pointer, size uintptr) error {
	length := uint32(size)
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, uintptr(level), uintptr(name), uintptr(p), uintptr(unsafe.Pointer(&length)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func (p pipeline) WriteBatch(msgs [][]byte) error { return buffered{p.Writer}.WriteBatch(msgs) }

// Report has the getsockopt(2) calls, the pauses, their time, and the time since
// the first write, both in seconds.
func (p pipeline) Report() map[string]float64 {
	c, lasted := p.gate.counts, 0.0
	if !p.gate.began.IsZero() {
		lasted = time.Since(p.gate.began).Seconds()
	}
	return map[string]float64{
		"option_calls": 2 * float64(c.looks), "pauses": float64(c.pauses),
		"pause_seconds": c.paused.Seconds(), "write_seconds": lasted,
	}
}
