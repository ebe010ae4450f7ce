package transport

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// A file is a connection whose bytes go to a file in place of the socket.
type file struct {
	net.Conn
	to *os.File
}

func (f file) Write(p []byte) (int, error) { return f.to.Write(p) }

func (f file) SyscallConn() (syscall.RawConn, error) { return f.to.SyscallConn() }

// SetWriteDeadline does nothing on a file that never makes a writer wait.
func (f file) SetWriteDeadline(t time.Time) error {
	if err := f.to.SetWriteDeadline(t); !errors.Is(err, os.ErrNoDeadline) {
		return err
	}
	return nil
}

// OpenFile is Open for a connection whose bytes go to a file, which is closed
// with its writing half. Factor sink asks for it, of transports that write
// messages as they are.
func (t *Transport) OpenFile(conn *net.TCPConn, to *os.File, observe func(time.Duration)) (*Link, error) {
	f := file{conn, to}
	l, err := t.plain(f, observe)
	if err != nil {
		return nil, err
	}
	l.conn, l.file = conn, &f
	return l, nil
}
