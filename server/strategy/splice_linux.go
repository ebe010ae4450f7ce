package strategy

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// splice gathers messages as bufio does, writes a full buffer into a pipe and
// moves its pages from there into the socket with splice(2).
//
// The kernel copies once, into the pipe, where a write to the socket copies once
// too: for bytes that are in memory nothing is saved, and a second call is paid.
// It is what pushing from a pipe costs. [net.TCPConn.ReadFrom] splices from TCP
// and Unix sockets, but copies what comes from a pipe.
type splice struct {
	*bufio.Writer
	pipe *pipe
}

// A pipe is the way of the bytes into the socket.
type pipe struct {
	*socket
	in, out int // descriptors of its ends, -1 once closed
	room    int // bytes that a write into the empty pipe is sure to find room for
	more    int // flags of the call at hand
	writes  uint64
	clean   runtime.Cleanup
}

func newSplice(s *Sink, o Options) (Strategy, error) {
	p := &pipe{}
	var err error
	if p.socket, err = newSocket("splice", s, p.move); err != nil {
		return nil, err
	}
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, fmt.Errorf("splice: %w", os.NewSyscallError("pipe2", err))
	}
	p.out, p.in = ends[0], ends[1]
	p.clean = runtime.AddCleanup(p, func(ends [2]int) { _ = errors.Join(unix.Close(ends[0]), unix.Close(ends[1])) }, ends)
	// A pipe holds pages, the first of which a write may fill in part. Without the
	// right to a larger one, a buffer goes in parts.
	_, _ = unix.FcntlInt(uintptr(p.in), unix.F_SETPIPE_SZ, o.buffer()+os.Getpagesize())
	size, err := unix.FcntlInt(uintptr(p.in), unix.F_GETPIPE_SZ, 0)
	if err != nil {
		_ = p.close()
		return nil, fmt.Errorf("splice: %w", os.NewSyscallError("fcntl", err))
	}
	p.room = size
	return splice{bufio.NewWriterSize(p, o.buffer()), p}, nil
}

// move is the call that puts makes: of b, which lies in the pipe, only the length
// counts.
func (p *pipe) move(fd int, b []byte) (int, error) {
	n, err := unix.Splice(p.out, nil, fd, nil, len(b), unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK|p.more)
	return int(n), err
}

// Write is the buffer's. The pipe is empty before and after it.
func (p *pipe) Write(b []byte) (written int, err error) {
	if p.in < 0 {
		return 0, net.ErrClosed
	}
	for len(b) > 0 {
		n, err := unix.Write(p.in, b[:min(len(b), p.room)])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return written, os.NewSyscallError("write", err)
		}
		p.writes++
		p.more = 0
		if n < len(b) {
			p.more = unix.SPLICE_F_MORE
		}
		if err := p.put(b[:n]); err != nil {
			return written, os.NewSyscallError("splice", err)
		}
		written += n
		b = b[n:]
	}
	return written, nil
}

func (s splice) WriteBatch(msgs [][]byte) error { return buffered{s.Writer}.WriteBatch(msgs) }

// Report has the number of write(2) calls into the pipe.
func (s splice) Report() map[string]float64 {
	return map[string]float64{"feed_calls": float64(s.pipe.writes)}
}

// Close flushes and closes the pipe. The connection stays open.
func (s splice) Close() error {
	if s.pipe.in < 0 {
		return nil
	}
	return errors.Join(s.Flush(), s.pipe.close())
}

func (p *pipe) close() error {
	p.clean.Stop()
	err := errors.Join(unix.Close(p.in), unix.Close(p.out))
	p.in, p.out = -1, -1
	return os.NewSyscallError("close", err)
}
