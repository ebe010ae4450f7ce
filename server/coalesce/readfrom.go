package coalesce

import (
	"io"
	"io/fs"
	"sync"
	"syscall"
)

var _ io.ReaderFrom = (*Conn)(nil)

// chunks holds the copy buffers of ReadFrom.
var chunks = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// ReadFrom writes what it reads from r until its end. A regular file larger
// than the buffer goes straight from the kernel's cache to the socket
// (sendfile), after what was buffered; other writers wait meanwhile. From any
// other reader it is a loop of Writes, since a source that pauses must not hold
// up other writers.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	if below, ok := c.conn.(io.ReaderFrom); ok && c.vectored && c.largeFile(r) {
		var n int64
		err := c.bypass(func() (err error) {
			n, err = below.ReadFrom(r)
			c.addBytes(n)
			return err
		})
		return n, err
	}
	return c.copyFrom(r)
}

// largeFile tells whether r is a regular file, or a part of one, that does not
// fit the buffer.
func (c *Conn) largeFile(r io.Reader) bool {
	if part, ok := r.(*io.LimitedReader); ok {
		if part.N < int64(c.cfg.Bytes) {
			return false
		}
		r = part.R
	}
	// Not *os.File: io.Copy hides one in a type of its own.
	f, ok := r.(interface {
		syscall.Conn
		Stat() (fs.FileInfo, error)
	})
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular() && info.Size() >= int64(c.cfg.Bytes)
}

func (c *Conn) copyFrom(r io.Reader) (total int64, err error) {
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for {
		n, rerr := r.Read(chunk[:])
		if n > 0 {
			w, werr := c.Write(chunk[:n])
			total += int64(w)
			if werr != nil {
				return total, werr
			}
		}
		if rerr == io.EOF {
			return total, nil
		}
		if rerr != nil {
			return total, rerr
		}
	}
}
