package strategy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// readFrom gathers messages as bufio does, writes a full buffer to a file in
// memory and hands that to [net.TCPConn.ReadFrom], which calls sendfile(2).
//
// The socket refers to the file's pages until the reader has them: they are never
// written again. Bytes are appended, and from time to time the file is cut to
// nothing, which leaves those pages to the sockets alone.
//
// ReadFrom allocates a few objects a call, to look at what it is given.
type readFrom struct {
	*bufio.Writer
	file *memoryFile
}

// A memoryFile is where bytes lie before they are sent.
type memoryFile struct {
	sink   *Sink
	conn   *net.TCPConn
	file   *os.File
	rest   io.LimitedReader // kept, so that it does not escape anew
	size   int64            // of the file; its position is the first byte not sent
	writes uint64
	send   func() error
}

// cutAt is the size at which the file is cut to nothing.
const cutAt = 1 << 20

func newReadFrom(s *Sink, o Options) (Strategy, error) {
	conn, ok := s.Conn.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("readfrom needs a bare *net.TCPConn, not %T: others copy what they read", s.Conn)
	}
	fd, err := unix.MemfdCreate("readfrom", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("readfrom: %w: a file in memory needs Linux 3.17: %w", ErrNotSupported, os.NewSyscallError("memfd_create", err))
	}
	f := &memoryFile{sink: s, conn: conn, file: os.NewFile(uintptr(fd), "memory")}
	f.rest.R = f.file
	f.send = func() error {
		_, err := f.conn.ReadFrom(&f.rest)
		return err
	}
	return readFrom{bufio.NewWriterSize(f, o.buffer()), f}, nil
}

// Write is the buffer's.
func (f *memoryFile) Write(b []byte) (int, error) {
	if f.size >= cutAt {
		f.size = 0
		_, err := f.file.Seek(0, io.SeekStart)
		if err = errors.Join(err, f.file.Truncate(0)); err != nil {
			return 0, err
		}
	}
	if _, err := f.file.WriteAt(b, f.size); err != nil {
		return 0, err
	}
	f.writes++
	f.size += int64(len(b))
	f.rest.N = int64(len(b))
	err := f.sink.call(f.send)
	sent := len(b) - int(f.rest.N)
	if err == nil && f.rest.N > 0 {
		err = io.ErrShortWrite
	}
	return sent, err
}

func (r readFrom) WriteBatch(msgs [][]byte) error { return buffered{r.Writer}.WriteBatch(msgs) }

// Report has the number of write(2) calls into the file.
func (r readFrom) Report() map[string]float64 {
	return map[string]float64{"feed_calls": float64(r.file.writes)}
}

// Close flushes and closes the file. The connection stays open.
func (r readFrom) Close() error {
	err := r.Flush()
	if closed := r.file.file.Close(); !errors.Is(closed, os.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}
