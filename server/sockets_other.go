//go:build !linux

package server

import (
	"errors"
	"net"
)

// applyOS sets nothing: congestion control belongs to the system here.
func (s sockets) applyOS(*net.TCPConn) error {
	if s.notsentLowat > 0 || s.userTimeout > 0 {
		return errors.New("notsent_lowat and user_timeout are set on Linux alone")
	}
	return nil
}
