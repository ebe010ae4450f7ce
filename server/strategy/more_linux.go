package strategy

import (
	"os"

	"golang.org/x/sys/unix"
)

// more tells the kernel with each message but the last of a batch that another
// follows. The kernel holds back a segment that is not full until a send without
// the flag, or for 200 ms at most; so a batch leaves nothing behind and there is
// nothing to flush.
type more struct {
	*socket
	flags int // of the send at hand
}

func newMore(s *Sink, _ Options) (Strategy, error) {
	m := &more{}
	w, err := newSocket("more", s, func(fd int, p []byte) (int, error) {
		return unix.SendmsgN(fd, p, nil, nil, m.flags)
	})
	if err != nil {
		return nil, err
	}
	m.socket = w
	return m, nil
}

func (m *more) WriteBatch(msgs [][]byte) error {
	for i, msg := range msgs {
		m.flags = unix.MSG_MORE
		if i == len(msgs)-1 {
			m.flags = 0
		}
		if err := m.put(msg); err != nil {
			return os.NewSyscallError("sendmsg", err)
		}
	}
	return nil
}
