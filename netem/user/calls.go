//go:build linux

package user

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The loop's system calls are made without telling the scheduler of Go: they are
// short, there are thousands a second, and telling it wakes its monitor thread
// each time, which took as much processor time as carrying the packets. A raw
// sleep is kept short for the same reason turned round: the scheduler has to
// interrupt it by a signal when it needs the thread.

// rawSleep is the longest sleep that the scheduler is not told of.
const rawSleep = 20 * time.Millisecond

func read(fd int, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func write(fd int, b []byte) error {
	if _, _, errno := syscall.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b))); errno != 0 {
		return errno
	}
	return nil
}

// poll waits until one of fds is readable, at most so long; for ever if negative.
func poll(fds []unix.PollFd, timeout time.Duration) error {
	if timeout < 0 {
		_, err := unix.Ppoll(fds, nil, nil)
		return err
	}
	ts := unix.NsecToTimespec(int64(timeout))
	if timeout > rawSleep {
		_, err := unix.Ppoll(fds, &ts, nil)
		return err
	}
	_, _, errno := syscall.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)), uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
