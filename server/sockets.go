package server

import (
	"fmt"
	"net"
	"time"
)

// sockets are the options of the writer's socket.
type sockets struct {
	nodelay      bool
	sndbuf       int
	notsentLowat int
	userTimeout  time.Duration
	congestion   string
	quickack     bool // again after each batch: it does not stick
}

// apply sets the options on an accepted connection.
func (s sockets) apply(conn *net.TCPConn) error {
	if err := conn.SetNoDelay(s.nodelay); err != nil {
		return fmt.Errorf("nodelay=%v: %w", s.nodelay, err)
	}
	if s.sndbuf > 0 {
		if err := conn.SetWriteBuffer(s.sndbuf); err != nil {
			return fmt.Errorf("sndbuf=%d: %w", s.sndbuf, err)
		}
	}
	return s.applyOS(conn)
}
