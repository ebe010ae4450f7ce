package loadgen

import (
	"testing"

	"golang.org/x/sys/unix"
)

// The kernel tells by TCP_QUICKACK whether it acknowledges at once; what was set
// holds after each read.
func TestAcknowledgementsAreAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		sockets sockets
		want    int
	}{
		"quickack":    {sockets{quickack: true}, 1},
		"delayed_ack": {sockets{delayed: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			near, _ := connected(t)
			after, err := c.sockets.afterRead(near)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := near.SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			quick := func(set int) (got int) {
				err := raw.Control(func(fd uintptr) {
					if set >= 0 {
						_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, set)
					}
					got, _ = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK)
				})
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			if got := quick(-1); got != c.want {
				t.Errorf("connected: TCP_QUICKACK is %d, want %d", got, c.want)
			}
			if got := quick(1 - c.want); got == c.want { // what the kernel may do by itself
				t.Fatal("TCP_QUICKACK cannot be set")
			}
			if err := after(); err != nil {
				t.Fatal(err)
			}
			if got := quick(-1); got != c.want {
				t.Errorf("after a read: TCP_QUICKACK is %d, want %d", got, c.want)
			}
		})
	}
}
