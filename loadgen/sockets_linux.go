package loadgen

import (
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// control sets what must be set before connecting.
func (s sockets) control(_, _ string, raw syscall.RawConn) error {
	if s.rcvbuf == 0 {
		return nil
	}
	var inner error
	err := raw.Control(func(fd uintptr) {
		inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, s.rcvbuf)
	})
	if err == nil && inner != nil {
		err = fmt.Errorf("rcvbuf=%d: %w", s.rcvbuf, inner)
	}
	return err
}

// afterRead returns what must be done after each read call: TCP_QUICKACK holds
// only until the kernel thinks otherwise. Off, it makes the kernel take the
// connection for one on which data goes both ways, where acknowledgements wait for
// some to go with; a reader that keeps up and never sends has none delayed.
func (s sockets) afterRead(conn *net.TCPConn) (func() error, error) {
	if !s.quickack && !s.delayed {
		return nil, nil
	}
	on := 0
	if s.quickack {
		on = 1
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	var inner error
	set := func(fd uintptr) {
		inner = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, on)
	}
	after := func() error {
		if err := raw.Control(set); err != nil {
			return fmt.Errorf("quickack: %w", err)
		}
		return inner
	}
	return after, after()
}
