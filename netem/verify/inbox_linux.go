package verify

import (
	"encoding/binary"
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An inbox reads many packets by one system call (recvmmsg), which package unix
// has no function for.
type inbox struct {
	headers [64]message
	vectors [64]unix.Iovec
	buffers [64][stampBytes]byte // the rest of a packet is of no interest
	control [64][64]byte
}

// message is struct mmsghdr.
type message struct {
	header unix.Msghdr
	length uint32
	_      [4]byte
}

func newInbox() *inbox {
	in := &inbox{}
	for i := range in.headers {
		in.vectors[i].Base = &in.buffers[i][0]
		in.vectors[i].SetLen(stampBytes)
		in.headers[i].header.Iov = &in.vectors[i]
		in.headers[i].header.SetIovlen(1)
		in.headers[i].header.Control = &in.control[i][0]
	}
	return in
}

// read takes what has arrived, without waiting; it may be nothing.
func (in *inbox) read(fd int) (int, error) {
	for i := range in.headers {
		in.headers[i].header.SetControllen(len(in.control[i]))
	}
	n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&in.headers[0])),
		uintptr(len(in.headers)), unix.MSG_DONTWAIT, 0, 0)
	switch {
	case errno == 0:
		return int(n), nil
	case errors.Is(errno, unix.EAGAIN) || errors.Is(errno, unix.EINTR):
		return 0, nil
	default:
		return 0, errno
	}
}

// packet returns the start of a packet and when the kernel received it.
func (in *inbox) packet(i int) ([]byte, time.Time) {
	h := &in.headers[i]
	b := in.buffers[i][:min(int(h.length), stampBytes)]
	messages, err := unix.ParseSocketControlMessage(in.control[i][:h.header.Controllen])
	for _, m := range messages {
		if err == nil && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return b, time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return b, time.Now()
}
