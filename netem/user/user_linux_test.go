//go:build linux

package user

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// pair stands for a TUN device: packets go in at one end, the carrier reads them
// at the other.
func pair(t *testing.T) (near, far int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}

// newCarrier is a carrier whose thread does not run: tests call it step by step.
func newCarrier(t *testing.T, s profile.Shape) (c *carrier, source, sink int) {
	t.Helper()
	source, in := pair(t)
	out, sink := pair(t)
	return &carrier{in: in, out: out, start: time.Now(), want: burst, sched: sched.New(&profile.Profile{Down: s, Seed: 1}, sched.Down)}, source, sink
}

func receive(fd int) []byte {
	b := make([]byte, bufferSize)
	n, _ := unix.Read(fd, b)
	return b[min(vnetSize, max(0, n)):max(0, n)]
}

// transmit puts a packet in, behind the empty header of one that needs nothing.
func transmit(t *testing.T, fd int, packet []byte) {
	t.Helper()
	if _, err := unix.Write(fd, append(make([]byte, vnetSize), packet...)); err != nil {
		t.Fatal(err)
	}
}

// step lets a carrier work once, as if it had been told that packets are there.
func step(c *carrier) (next time.Duration, more bool) {
	c.ready = true
	next, more, _ = c.work()
	return next, more
}

func TestCarrierCarries(t *testing.T) {
	c, source, sink := newCarrier(t, profile.Shape{})
	for i := range byte(20) {
		transmit(t, source, bytes.Repeat([]byte{i}, 100))
		step(c)
		if got := receive(sink); len(got) != 100 || got[0] != i || got[99] != i {
			t.Fatalf("packet %d came as %d bytes %v", i, len(got), got)
		}
	}
	s := c.read()
	if s.counters.Sent != 20 || s.counters.SentBytes != 20*114 || s.counters.Arrived != 20 || s.late.Count() != 20 {
		t.Errorf("counters %+v, %d timed", s.counters, s.late.Count())
	}
}

func TestCarrierHoldsWhatIsNotDue(t *testing.T) {
	c, source, sink := newCarrier(t, profile.Shape{Delay: time.Hour})
	transmit(t, source, []byte("later"))
	next, more := step(c)
	if got := receive(sink); len(got) != 0 || more || next < time.Hour || next > time.Hour+time.Minute {
		t.Errorf("sent %q, more %v, next at %v", got, more, next)
	}
}

// A packet with a turned bit differs by it alone, and its twin not at all.
func TestCarrierTurnsOneBit(t *testing.T) {
	c, source, sink := newCarrier(t, profile.Shape{Corrupt: 1, Duplicate: 1})
	packet := bytes.Repeat([]byte{0xaa}, 300)
	transmit(t, source, packet)
	step(c)
	for range 2 {
		got, bits := receive(sink), 0
		if len(got) != len(packet) {
			t.Fatalf("%d bytes", len(got))
		}
		for i := range got {
			for d := got[i] ^ packet[i]; d != 0; d &= d - 1 {
				bits++
			}
		}
		if bits != 1 {
			t.Errorf("%d bits turned, want 1 in each copy", bits)
		}
	}
}

// Without memory packets are dropped and counted, and held ones stay.
func TestCarrierBoundsItsMemory(t *testing.T) {
	c, source, _ := newCarrier(t, profile.Shape{Delay: time.Hour})
	for c.pool.grow() { // all slabs, of which all but two buffers are in use
	}
	c.pool.free = c.pool.free[:2]
	for range 5 {
		transmit(t, source, []byte("x"))
	}
	step(c)
	if s := c.read(); s.counters.Overrun != 3 || c.line.Len() != 2 {
		t.Errorf("%d overrun, %d held; want 3 and 2", s.counters.Overrun, c.line.Len())
	}
	if bytes := len(c.pool.slabs) * slabSize * bufferSize; bytes != 128<<20 {
		t.Errorf("all slabs are %d bytes, want 128 MiB", bytes)
	}
}
