package coalesce_test

import "syscall"

// rawWrite writes to a socket from within RawConn.Write and returns how many
// bytes it took.
func rawWrite(fd uintptr, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	var sent uint32
	err := syscall.WSASend(syscall.Handle(fd), &syscall.WSABuf{Len: uint32(len(p)), Buf: &p[0]}, 1, &sent, 0, nil, nil)
	return int(sent), err
}
