//go:build unix

package coalesce_test

import "syscall"

// rawWrite writes to a socket from within RawConn.Write and returns how many
// bytes it took.
func rawWrite(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), p)
		switch err {
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return n, err
		}
	}
}
