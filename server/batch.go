package server

import "github.com/pushbench/pushbench/internal/wire"

// A batch holds the messages of one turn of the writer loop, and keeps its
// memory from turn to turn.
type batch struct {
	skip  int  // leading bytes of a framed message that the transport does not want
	fresh bool // each message has a heap object of its own
	msgs  [][]byte
	arena []byte
	pads  wire.Pads
}

// build makes messages of items. keep says that messages of earlier turns are
// still held and must stay as they are.
func (b *batch) build(items []item, keep bool) {
	if !keep {
		b.arena = b.arena[:0]
	}
	b.msgs = b.msgs[:0]
	for _, it := range items {
		if b.pads.Size() != it.size {
			b.pads = wire.PadsFor(it.size)
		}
		if b.fresh {
			m := b.pads.Append(make([]byte, 0, wire.PrefixSize+it.size), it.seq, it.due)
			b.msgs = append(b.msgs, m[b.skip:])
			continue
		}
		// If this moves the arena, messages before it stay in the old one.
		at := len(b.arena)
		b.arena = b.pads.Append(b.arena, it.seq, it.due)
		b.msgs = append(b.msgs, b.arena[at+b.skip:len(b.arena):len(b.arena)])
	}
}
