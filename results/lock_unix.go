//go:build unix

package results

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// lockDir takes the run directory for this process until the closer is closed
// or the process dies. The lock is on the directory itself and leaves no file.
func lockDir(dir string) (io.Closer, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		d.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, err
	}
	return d, nil
}
