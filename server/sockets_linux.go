package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

func (s sockets) applyOS(conn *net.TCPConn) error {
	return control(conn, func(fd int) error {
		if s.congestion != "" {
			if err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, s.congestion); err != nil {
				return fmt.Errorf("congestion=%s: %w; %s", s.congestion, err, choices(err))
			}
		}
		if s.notsentLowat > 0 {
			if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, s.notsentLowat); err != nil {
				return fmt.Errorf("notsent_lowat=%d: %w", s.notsentLowat, err)
			}
		}
		if s.userTimeout > 0 {
			if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(s.userTimeout.Milliseconds())); err != nil {
				return fmt.Errorf("user_timeout=%v: %w", s.userTimeout, err)
			}
		}
		return nil
	})
}

// afterWrite returns what must be done after each batch, or nil: TCP_QUICKACK holds
// only until the kernel thinks otherwise.
func (s sockets) afterWrite(conn *net.TCPConn) (func() error, error) {
	if !s.quickack {
		return nil, nil
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	var inner error
	set := func(fd uintptr) {
		inner = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	}
	return func() error {
		if err := raw.Control(set); err != nil {
			return fmt.Errorf("writer_quickack: %w", err)
		}
		return os.NewSyscallError("setsockopt", inner)
	}, nil
}

// choices says which congestion controls could be asked for.
func choices(err error) string {
	name := "tcp_available_congestion_control"
	if errors.Is(err, unix.EPERM) { // an ordinary user may take these alone
		name = "tcp_allowed_congestion_control"
	}
	b, read := os.ReadFile("/proc/sys/net/ipv4/" + name)
	if read != nil {
		return "net.ipv4." + name + " lists what there is"
	}
	return fmt.Sprintf("net.ipv4.%s has %s: take one by --set congestion=NAME, or let root add it", name, strings.Join(strings.Fields(string(b)), ", "))
}

// control runs f on the connection's descriptor.
func control(conn *net.TCPConn, f func(fd int) error) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}
