package wire

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"sync"
)

// TextHeaderSize is the size of a message's header in its text form: the digits of
// the binary one.
const TextHeaderSize = 2 * HeaderSize

// alphabet is base64url's: no character of it is special in a line of text.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// TextPads are the paddings of messages of one size in their text form, one
// character for each byte of the binary padding.
type TextPads struct{ Pads }

// TextPadsFor returns the paddings of messages of size bytes, at least
// TextHeaderSize.
func TextPadsFor(size int) TextPads {
	p := PadsFor(size)
	p.data = textPadding(p.Slots() * size)
	return TextPads{p}
}

// Of returns the characters behind the header of message seq.
func (p TextPads) Of(seq uint64) []byte {
	off := int(seq&p.mask) * p.size
	return p.data[off : off+p.size-TextHeaderSize]
}

// Append appends message seq in its text form to dst.
func (p TextPads) Append(dst []byte, seq uint64, due int64) []byte {
	var head [HeaderSize]byte
	PutHeader(head[:], seq, due)
	return append(hex.AppendEncode(dst, head[:]), p.Of(seq)...)
}

var textPool struct {
	sync.Mutex
	data []byte
}

// textPadding returns at least n characters, the same in every process.
func textPadding(n int) []byte {
	from := padding(n)
	textPool.Lock()
	defer textPool.Unlock()
	if len(textPool.data) < n {
		data := make([]byte, len(from))
		for i, b := range from {
			data[i] = alphabet[b%byte(len(alphabet))]
		}
		textPool.data = data
	}
	return textPool.data
}

// A TextDecoder checks messages in their text form.
type TextDecoder struct {
	Counts
	next uint64
	pads TextPads
}

// Message checks one message and returns its intended send time. An error says
// that it is none.
func (d *TextDecoder) Message(m []byte) (due int64, err error) {
	if len(m) < TextHeaderSize || len(m) > MaxMessage {
		return 0, fmt.Errorf("a message after %d others is %d bytes long; its text has %d to %d", d.Messages, len(m), TextHeaderSize, MaxMessage)
	}
	var head [HeaderSize]byte
	if _, err := hex.Decode(head[:], m[:TextHeaderSize]); err != nil {
		return 0, fmt.Errorf("header of a message after %d others: %w", d.Messages, err)
	}
	seq, due := Header(head[:])
	if d.pads.size != len(m) {
		d.pads = TextPadsFor(len(m))
	}
	d.check(&d.next, seq, len(m), bytes.Equal(m[TextHeaderSize:], d.pads.Of(seq)))
	return due, nil
}
