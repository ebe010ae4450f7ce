//go:build unix

package doctor

import "golang.org/x/sys/unix"

func readOpenFiles() (hard uint64, err error) {
	var r unix.Rlimit
	err = unix.Getrlimit(unix.RLIMIT_NOFILE, &r)
	return uint64(r.Max), err
}
