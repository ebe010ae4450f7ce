package coalesce

import (
	"errors"
	"fmt"
	"syscall"
)

var _ syscall.Conn = (*Conn)(nil)

// SyscallConn returns access to the socket below. Its Write sends what is
// buffered first and keeps other writers out while f runs. Its Control does
// neither, as it must work on a connection whose peer has stopped: it is for
// options, not for sending.
func (c *Conn) SyscallConn() (syscall.RawConn, error) {
	below, ok := c.conn.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("coalesce: SyscallConn on a %T: %w; wrap a socket", c.conn, errors.ErrUnsupported)
	}
	raw, err := below.SyscallConn()
	if err != nil {
		return nil, err
	}
	return rawConn{c, raw}, nil
}

type rawConn struct {
	c   *Conn
	raw syscall.RawConn
}

func (r rawConn) Control(f func(fd uintptr)) error { return r.raw.Control(f) }

func (r rawConn) Read(f func(fd uintptr) (done bool)) error {
	r.c.ask(ByRead)
	return r.raw.Read(f)
}

func (r rawConn) Write(f func(fd uintptr) (done bool)) error {
	return r.c.bypass(func() error { return r.raw.Write(f) })
}
