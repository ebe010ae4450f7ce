//go:build !linux

package server

import "net"

// applyOS sets nothing: congestion control belongs to the system here.
func (s sockets) applyOS(*net.TCPConn) error { return nil }
