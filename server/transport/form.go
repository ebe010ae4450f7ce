package transport

import (
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/wire"
)

// A form appends the text of a message to dst.
type form func(dst []byte, pads wire.TextPads, seq uint64, due int64) []byte

// textForm is the message's bytes in digits, which the load generator checks.
func textForm(dst []byte, pads wire.TextPads, seq uint64, due int64) []byte {
	return pads.Append(dst, seq, due)
}

// jsonForm is for everybody: the time is the wall clock's.
func jsonForm(stream string) form {
	return func(dst []byte, pads wire.TextPads, seq uint64, due int64) []byte {
		return pads.AppendJSON(dst, stream, seq, clock.Wall(due))
	}
}
