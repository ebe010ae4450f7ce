package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Counts tell what arrived and what was wrong with it.
type Counts struct {
	Messages  uint64 `json:"messages"`
	Bytes     uint64 `json:"bytes"`     // of messages, prefixes not counted
	Lost      uint64 `json:"lost"`      // sequence numbers skipped and not seen later
	Reordered uint64 `json:"reordered"` // numbers below one already seen
	Corrupt   uint64 `json:"corrupt"`   // messages whose padding was altered
}

// check accounts for one message whose padding has been compared already.
func (c *Counts) check(next *uint64, seq uint64, size int, intact bool) {
	c.Messages++
	c.Bytes += uint64(size)
	if !intact {
		c.Corrupt++
	}
	c.Order(next, seq)
}

// Order accounts for the place of message seq in its stream, next being the
// sequence number expected.
func (c *Counts) Order(next *uint64, seq uint64) {
	switch {
	case seq == *next:
		*next++
	case seq > *next:
		c.Lost += seq - *next
		*next = seq + 1
	default:
		c.Reordered++
		if c.Lost > 0 {
			c.Lost--
		}
	}
}

// A Decoder splits a byte stream into messages and checks each. It never copies
// a message: padding is compared where it lies, piece by piece.
type Decoder struct {
	Counts
	next uint64 // sequence number expected
	head [PrefixSize + HeaderSize]byte
	have int // bytes of head held

	pads Pads // of the last size seen

	size   int // of the message whose padding is being compared, 0 between messages
	seq    uint64
	due    int64
	pad    []byte // what is left to compare
	intact bool
}

// Feed decodes p and appends the intended send time of each message completed
// to dues. An error is final: the stream cannot be found again.
func (d *Decoder) Feed(p []byte, dues []int64) ([]int64, error) {
	const head = PrefixSize + HeaderSize
	for len(p) > 0 {
		if d.size > 0 {
			n := min(len(p), len(d.pad))
			d.intact = bytes.Equal(p[:n], d.pad[:n]) && d.intact
			p, d.pad = p[n:], d.pad[n:]
			if len(d.pad) == 0 {
				dues = d.finish(dues)
			}
			continue
		}
		h := p
		if d.have > 0 || len(p) < head {
			n := copy(d.head[d.have:], p)
			d.have += n
			p = p[n:]
			if d.have < head {
				return dues, nil
			}
			h = d.head[:]
			d.have = 0
		} else {
			p = p[head:]
		}
		if err := d.begin(h); err != nil {
			return dues, err
		}
		if len(d.pad) == 0 {
			dues = d.finish(dues)
		}
	}
	return dues, nil
}

func (d *Decoder) begin(h []byte) error {
	size := binary.BigEndian.Uint32(h)
	if size < HeaderSize || size > MaxMessage {
		return fmt.Errorf("frame after message %d says it is %d bytes long; a message has %d to %d", d.Messages, size, HeaderSize, MaxMessage)
	}
	d.size = int(size)
	d.seq, d.due = Header(h[PrefixSize:])
	if d.pads.size != d.size {
		d.pads = PadsFor(d.size)
	}
	d.pad = d.pads.Of(d.seq)
	d.intact = true
	return nil
}

func (d *Decoder) finish(dues []int64) []int64 {
	d.check(&d.next, d.seq, d.size, d.intact)
	d.size = 0
	return append(dues, d.due)
}

// Begin says that the next message is size bytes long, on transports that have
// boundaries of their own: Feed is given no length then.
func (d *Decoder) Begin(size int) {
	binary.BigEndian.PutUint32(d.head[:], uint32(min(size, MaxMessage+1)))
	d.have = PrefixSize
}

// Reset makes d the decoder of a stream that begins with message seq.
func (d *Decoder) Reset(seq uint64) { *d = Decoder{next: seq, pads: d.pads} }

// Partial tells whether the stream ended inside a message.
func (d *Decoder) Partial() bool { return d.have > 0 || d.size > 0 }

// Add adds the counts of another stream.
func (c *Counts) Add(o Counts) {
	c.Messages += o.Messages
	c.Bytes += o.Bytes
	c.Lost += o.Lost
	c.Reordered += o.Reordered
	c.Corrupt += o.Corrupt
}
