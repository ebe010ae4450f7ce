package strategy

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// pinnedBytes is how much memory a connection may have in flight: the most that
// the kernel, by default, copies into a send buffer (net.ipv4.tcp_wmem).
const pinnedBytes = 4 << 20

// reapAfter is how many sends may be in flight before the next one asks which are
// done. Asking costs a system call, and one answer covers many sends.
const reapAfter = 16

// zerocopy gathers messages as bufio does, up to Options.Buffer bytes, and sends
// them with MSG_ZEROCOPY: the network card reads them where they lie.
//
// What is copied: a message is copied once, into memory that stays unchanged
// until the peer has acknowledged it; the kernel's copy, bufio's second, is what
// is saved. A message made in place (AvailableBuffer) is not copied at all.
// Sending messages from where the caller has them was not chosen: every caller
// would have to keep them for a round trip, and small ones would not pay, as the
// kernel pins a page for each.
//
// The kernel copies after all where a packet does not leave through a card that
// can gather: on loopback, veth and TUN. Report counts how often.
//
// The memory is not the Go heap's: the pages live until the kernel is done, even
// if the strategy is dropped before that. While pinnedBytes (or four buffers, if
// that is more) are in flight, writing waits, up to the write deadline.
//
// Completions arrive as EPOLLERR on the descriptor. The runtime takes one that
// comes alone, as it does while the send buffer is full, for a failure of the
// poller: a Read on the same connection can then fail with “not pollable”.
type zerocopy struct {
	*socket
	buffer int
	ring   pinned
	space  int // left of what begin made room for
	err    error
	clean  runtime.Cleanup
	counts zerocopyCounts
	note   unix.Msghdr // a notification, its control message in oob
	oob    [128]byte
	// The closures are kept, so that no call allocates.
	until   func() bool
	reaper  func(fd uintptr) bool
	waiter  func() error
	hasRoom func() bool
}

type zerocopyCounts struct{ sends, completed, copied, refused uint64 }

func newZerocopy(s *Sink, o Options) (Strategy, error) {
	z := &zerocopy{buffer: o.buffer()}
	var err error
	if z.socket, err = newSocket("zerocopy", s, z.sendmsg); err != nil {
		return nil, err
	}
	if err := enableZerocopy(z.raw); err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(-1, 0, max(pinnedBytes, 4*z.buffer), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("zerocopy: memory to send from: %w", os.NewSyscallError("mmap", err))
	}
	z.ring.mem = mem
	z.clean = runtime.AddCleanup(z, func(mem []byte) { _ = unix.Munmap(mem) }, mem)
	z.hasRoom = func() bool { return z.ring.begin(z.buffer) }
	z.reaper = func(fd uintptr) bool { z.reap(int(fd)); return z.until() }
	z.waiter = func() error { return z.raw.Write(z.reaper) }
	return z, nil
}

func enableZerocopy(raw syscall.RawConn) error {
	var inner error
	err := raw.Control(func(fd uintptr) {
		inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ZEROCOPY, 1)
	})
	if err = errors.Join(err, inner); err != nil {
		return fmt.Errorf("zerocopy: %w: SO_ZEROCOPY needs Linux 4.14 and a TCP socket: %w", ErrNotSupported, err)
	}
	return nil
}

// WriteBatch holds the messages and sends each time a buffer is full.
func (z *zerocopy) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		for len(m) > 0 {
			if err := z.makeRoom(); err != nil {
				return err
			}
			n := min(len(m), z.space)
			z.ring.add(m[:n])
			z.space -= n
			m = m[n:]
		}
	}
	return z.err
}

// makeRoom sends a full buffer, and begins a new one if there is none.
func (z *zerocopy) makeRoom() error {
	if z.err != nil || z.space > 0 {
		return z.err
	}
	if err := z.Flush(); err != nil {
		return err
	}
	if !z.hasRoom() {
		z.until = z.hasRoom
		if z.err = z.sink.timed(z.waiter); z.err != nil {
			return z.err
		}
	}
	z.space = z.buffer
	return nil
}

// AvailableBuffer returns an empty slice with the capacity that is left in the
// buffer, or none while all memory is in flight. Messages appended to it and
// handed to the next WriteBatch are not copied.
func (z *zerocopy) AvailableBuffer() []byte {
	if z.err != nil {
		return nil
	}
	if z.space == 0 && z.Buffered() == 0 && z.hasRoom() {
		z.space = z.buffer
	}
	return z.ring.piece(z.ring.head, z.space)[:0]
}

// Flush sends what is held. After an error every later call returns it.
func (z *zerocopy) Flush() error {
	if z.err != nil || z.Buffered() == 0 {
		return z.err
	}
	z.err = os.NewSyscallError("sendmsg", z.put(z.ring.held()))
	z.space = 0
	return z.err
}

// Buffered is the number of bytes held.
func (z *zerocopy) Buffered() int { return int(z.ring.head - z.ring.sent) }

// Close flushes, waits until the kernel has let go of everything, up to the
// write deadline, and frees the memory. The kernel lets go when the peer has
// acknowledged: a round trip, and up to 200 ms more where it delays that. The
// connection stays open.
func (z *zerocopy) Close() error {
	if z.ring.mem == nil {
		return nil
	}
	err := z.Flush()
	if err == nil {
		z.until = func() bool { return z.ring.flying == 0 }
		err = z.waiter()
	}
	z.clean.Stop()
	mem := z.ring.mem
	z.ring, z.space, z.err = pinned{}, 0, net.ErrClosed
	return errors.Join(err, os.NewSyscallError("munmap", unix.Munmap(mem)))
}
