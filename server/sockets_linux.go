package server

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

func (s sockets) applyOS(conn *net.TCPConn) error {
	return control(conn, func(fd int) error {
		if err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, s.congestion); err != nil {
			return fmt.Errorf("congestion=%s: %w (net.ipv4.tcp_available_congestion_control lists what there is)", s.congestion, err)
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
