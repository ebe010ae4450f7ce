package main

import (
	"net"
	"sync"
)

// bounded is a listener with at most so many connections at once; one more is
// closed.
type bounded struct {
	net.Listener
	places chan struct{}
}

func newBounded(l net.Listener, n int) bounded { return bounded{l, make(chan struct{}, n)} }

func (b bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case b.places <- struct{}{}:
			return &boundedConn{Conn: c, leave: sync.OnceFunc(func() { <-b.places })}, nil
		default:
			c.Close()
		}
	}
}

type boundedConn struct {
	net.Conn
	leave func()
}

func (c *boundedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
