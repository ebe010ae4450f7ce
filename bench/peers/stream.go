package main

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/sse"
)

// size is that of every message, in bytes.
const size = 64

// perBatch is how many messages a batch has: as many as there are paddings, so
// that a message has the same padding, at the same place, in every batch.
var perBatch = wire.PadsFor(size).Slots()

// A stream forms batches of messages as they travel on one connection.
type stream interface {
	// batch returns the bytes of the messages from first on, all due at once. They
	// are valid until the next call.
	batch(first uint64, due int64) []byte
	// end is what closes the stream in good order.
	end() []byte
}

// frames are binary WebSocket frames; those of a batch differ from those of the
// one before in their headers only.
type frames struct{ bytes []byte }

const frameHead = 2

func newFrames() *frames {
	f, pads := &frames{}, wire.PadsFor(size)
	for seq := range uint64(perBatch) {
		f.bytes = append(f.bytes, 0x82, size)
		f.bytes = append(f.bytes, make([]byte, wire.HeaderSize)...)
		f.bytes = append(f.bytes, pads.Of(seq)...)
	}
	return f
}

func (f *frames) batch(first uint64, due int64) []byte {
	for i := range perBatch {
		wire.PutHeader(f.bytes[i*(frameHead+size)+frameHead:], first+uint64(i), due)
	}
	return f.bytes
}

// end is a close frame of status 1000.
func (f *frames) end() []byte { return []byte{0x88, 2, 0x03, 0xe8} }

// events are those of docs/transports.md; a batch is one chunk of the response.
type events struct {
	pads       wire.TextPads
	data, body []byte
	chunk      []byte
}

func newEvents() *events { return &events{pads: wire.TextPadsFor(size)} }

func (e *events) batch(first uint64, due int64) []byte {
	e.body = e.body[:0]
	for seq := first; seq < first+uint64(perBatch); seq++ {
		e.data = e.pads.Append(e.data[:0], seq, due)
		e.body = sse.AppendEvent(e.body, "message", "", seq, e.data)
	}
	e.chunk = fmt.Appendf(e.chunk[:0], "%x\r\n", len(e.body))
	e.chunk = append(e.chunk, e.body...)
	e.chunk = append(e.chunk, "\r\n"...)
	return e.chunk
}

func (e *events) end() []byte { return []byte("0\r\n\r\n") }
