//go:build !linux

package server

import (
	"errors"
	"net"
)

// applyOS sets nothing: congestion control belongs to the system here.
func (s sockets) applyOS(*net.TCPConn) error {
	if s.notsentLowat > 0 || s.userTimeout > 0 || s.quickack {
		return errors.New("notsent_lowat, user_timeout and writer_quickack are set on Linux alone")
	}
	return nil
}

func (s sockets) afterWrite(*net.TCPConn) (func() error, error) { return nil, nil }
