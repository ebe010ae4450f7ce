//go:build unix

package strategy

import (
	"os"
	"syscall"
)

type rawWrite struct{ *socket }

func newRawWrite(s *Sink, _ Options) (Strategy, error) {
	w, err := newSocket("rawwrite", s, syscall.Write)
	if err != nil {
		return nil, err
	}
	return rawWrite{w}, nil
}

func (w rawWrite) WriteBatch(msgs [][]byte) error {
	for _, m := range msgs {
		if err := w.put(m); err != nil {
			return os.NewSyscallError("write", err)
		}
	}
	return nil
}
