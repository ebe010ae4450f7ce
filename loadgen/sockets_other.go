//go:build !linux

package loadgen

import (
	"errors"
	"net"
	"syscall"
)

func (s sockets) control(_, _ string, _ syscall.RawConn) error {
	if s.rcvbuf > 0 {
		return errors.New("rcvbuf is set on Linux alone")
	}
	return nil
}

func (s sockets) afterRead(*net.TCPConn) (func() error, error) {
	if s.quickack || s.delayed {
		return nil, errors.New("quickack and delayed_ack are set on Linux alone")
	}
	return nil, nil
}
