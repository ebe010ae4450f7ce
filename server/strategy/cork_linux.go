package strategy

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// cork lets the kernel gather: it sets TCP_CORK, writes every message with a
// call of its own, and takes the cork out when flushed or after Options.Buffer
// bytes. Full segments leave at once; what the kernel holds is less than a
// segment, and it holds that for 200 ms at most, whatever the flush policy.
//
// Only write calls count in Sink.Calls. Setting the option is a system call
// too: Report has their number. Taking the cork out is timed with the writes,
// for it is then that the last segment leaves.
type cork struct {
	sink   *Sink
	raw    syscall.RawConn
	buffer int
	held   int // bytes written since the cork was set
	set    int // value of the option now
	want   int
	err    error
	calls  uint64 // of setsockopt(2)
	// The closures are kept, so that no call allocates.
	control func(fd uintptr)
	uncork  func() error
}

func newCork(s *Sink, o Options) (Strategy, error) {
	raw, err := rawConn("cork", s)
	if err != nil {
		return nil, err
	}
	c := &cork{sink: s, raw: raw, buffer: o.buffer()}
	c.control = func(fd uintptr) {
		c.err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK, c.want)
	}
	c.uncork = func() error { return c.option(0) }
	return c, nil
}

func (c *cork) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		// A message that is over the limit by itself has nothing to wait for.
		if c.set == 0 && len(m) < c.buffer {
			if err := c.option(1); err != nil {
				return err
			}
		}
		if _, err := c.sink.Write(m); err != nil {
			return err
		}
		if c.set == 0 {
			continue
		}
		if c.held += len(m); c.held >= c.buffer {
			if err := c.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush takes the cork out.
func (c *cork) Flush() error {
	if c.set == 0 {
		return nil
	}
	c.held = 0
	return c.sink.timed(c.uncork)
}

// Buffered is the number of bytes written since the cork was set: an upper
// bound, for of these the kernel has sent the full segments.
func (c *cork) Buffered() int { return c.held }

// Report has the number of setsockopt(2) calls.
func (c *cork) Report() map[string]float64 {
	return map[string]float64{"option_calls": float64(c.calls)}
}

func (c *cork) option(value int) error {
	c.want = value
	c.calls++
	if err := c.raw.Control(c.control); err != nil {
		return err
	}
	if c.err != nil {
		return fmt.Errorf("TCP_CORK: %w", os.NewSyscallError("setsockopt", c.err))
	}
	c.set = value
	return nil
}
