package wire

import "encoding/binary"

// A Ring yields ready-made messages of one size whose sequence number alone is
// rewritten, so that a saturating writer spends its time in the strategy.
type Ring struct {
	frames [][]byte
	prefix int
	next   uint64
}

// NewRing returns a Ring that begins at sequence number 0, with a length before
// each message if framed. The last keep messages taken stay valid.
func NewRing(size, keep int, framed bool) *Ring {
	pads := PadsFor(size)
	frames := pads.Slots()
	for frames < 2*keep {
		frames *= 2
	}
	r := &Ring{frames: make([][]byte, frames)}
	if framed {
		r.prefix = PrefixSize
	}
	all := make([]byte, 0, len(r.frames)*(size+PrefixSize))
	for i := range r.frames {
		at := len(all)
		all = pads.Append(all, uint64(i), 0)
		r.frames[i] = all[at+PrefixSize-r.prefix : len(all) : len(all)]
	}
	return r
}

// Take returns the next messages, at least one and at most n.
func (r *Ring) Take(n int) [][]byte {
	at := int(r.next % uint64(len(r.frames)))
	batch := r.frames[at:min(at+n, len(r.frames))]
	for _, f := range batch {
		binary.BigEndian.PutUint64(f[r.prefix:], r.next) // the time stays 0
		r.next++
	}
	return batch
}

// Taken is the number of messages taken so far.
func (r *Ring) Taken() uint64 { return r.next }
