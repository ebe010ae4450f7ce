package transport

import (
	"bytes"
	"math/bits"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
)

// maxPrepared bounds how many messages are kept for connections that lag behind.
const maxPrepared = 4096

// prepared holds the latest messages of a broadcast, each framed once for all
// connections.
type prepared struct {
	mu    sync.Mutex
	slots []preparedSlot // a power of two, found by sequence number
}

type preparedSlot struct {
	seq uint64
	msg *websocket.PreparedMessage
}

// newPrepared keeps as many messages as may wait in a queue, up to maxPrepared: a
// connection that is further behind prepares its own.
func newPrepared(queue int) *prepared {
	n := 1 << bits.Len(uint(min(max(queue, 1), maxPrepared)-1))
	return &prepared{slots: make([]preparedSlot, n)}
}

// of returns message m, framed. Two messages of one sequence number are the same
// message: the audience is one broadcast.
func (p *prepared) of(m []byte) (*websocket.PreparedMessage, error) {
	seq, _ := wire.Header(m)
	p.mu.Lock()
	defer p.mu.Unlock()
	slot := &p.slots[seq&uint64(len(p.slots)-1)]
	if slot.msg != nil && slot.seq == seq {
		return slot.msg, nil
	}
	msg, err := websocket.NewPreparedMessage(websocket.BinaryMessage, bytes.Clone(m))
	if err != nil {
		return nil, err
	}
	if slot.msg == nil || slot.seq < seq { // a laggard must not drive out what others need
		*slot = preparedSlot{seq, msg}
	}
	return msg, nil
}
