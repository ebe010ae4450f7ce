package loadgen

import (
	"errors"
	"fmt"
	"syscall"
)

// sockets are the options of the reader's socket.
type sockets struct {
	rcvbuf   int
	quickack bool
	delayed  bool // acknowledgements
}

// explain adds the remedy to errors that have one.
func explain(err error) error {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return fmt.Errorf("%w: raise the limit of open files (ulimit -n) or ask for fewer connections", err)
	}
	return err
}
