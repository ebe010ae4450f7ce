// Package wire is the form of messages between the server under test and the
// load generator: a 16-byte header, padding that does not compress and, on
// transports without boundaries of their own, a length before it.
package wire

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"sync"
)

// Sizes in bytes. All integers are big-endian.
const (
	PrefixSize = 4  // length of the message that follows, prefix not counted
	HeaderSize = 16 // sequence number, then intended send time in ns of clock.Now
	MaxMessage = 16 << 20
)

// poolBytes is how much padding a connection cycles through: more than the
// 32 KiB window of deflate, so that messages do not compress against each other.
const poolBytes = 64 << 10

// Pads are the paddings of messages of one size, shared and read-only. Which
// one a message has follows from its sequence number.
type Pads struct {
	data []byte
	size int    // of a message
	mask uint64 // number of different paddings less one; a power of two less one
}

// PadsFor returns the paddings of messages of size bytes.
func PadsFor(size int) Pads {
	slots := max(1, poolBytes/size)
	slots = 1 << (bits.Len(uint(slots)) - 1)
	return Pads{padding(slots * size), size, uint64(slots - 1)}
}

// Slots is the number of different paddings.
func (p Pads) Slots() int { return int(p.mask) + 1 }

// Size is the size of the messages.
func (p Pads) Size() int { return p.size }

// Of returns the bytes behind the header of message seq.
func (p Pads) Of(seq uint64) []byte {
	off := int(seq&p.mask) * p.size
	return p.data[off : off+p.size-HeaderSize]
}

// Append appends message seq to dst, with its length before it.
func (p Pads) Append(dst []byte, seq uint64, due int64) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(p.size))
	dst = binary.BigEndian.AppendUint64(dst, seq)
	dst = binary.BigEndian.AppendUint64(dst, uint64(due))
	return append(dst, p.Of(seq)...)
}

var pool struct {
	sync.Mutex
	data []byte
}

// padding returns at least n pseudo-random bytes, the same in every process.
func padding(n int) []byte {
	pool.Lock()
	defer pool.Unlock()
	if len(pool.data) < n {
		src := rand.NewChaCha8([32]byte([]byte("pushbench padding, fixed for all")))
		pool.data = make([]byte, max(n, 2*poolBytes))
		_, _ = src.Read(pool.data) // documented never to fail
	}
	return pool.data
}

// PutHeader writes a message's header. due is 0 where no latency is measured.
func PutHeader(msg []byte, seq uint64, due int64) {
	binary.BigEndian.PutUint64(msg, seq)
	binary.BigEndian.PutUint64(msg[8:], uint64(due))
}

// Header reads a message's header.
func Header(msg []byte) (seq uint64, due int64) {
	return binary.BigEndian.Uint64(msg), int64(binary.BigEndian.Uint64(msg[8:]))
}
