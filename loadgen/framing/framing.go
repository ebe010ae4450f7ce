// Package framing finds messages in a stream of bytes.
package framing

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
)

// ErrTooLong is wrapped by the error for a message beyond the limit.
var ErrTooLong = errors.New("longer than allowed")

// A Splitter takes a stream as it arrives.
type Splitter interface {
	// Feed hands each message that b completes to take, which must not keep it. An
	// error is final: the stream cannot be found again.
	Feed(b []byte, take func([]byte)) error
	// Partial tells whether the stream so far ends inside a message.
	Partial() bool
}

// Table names the splitters; each is made with the largest message allowed.
var Table = map[string]func(limit int) Splitter{
	"lines":    func(limit int) Splitter { return &lines{limit: limit} },
	"length32": func(limit int) Splitter { return &length32{limit: limit} },
}

// lines ends messages by LF or CRLF. Empty lines are no messages.
type lines struct {
	limit int
	held  []byte // the beginning of a line
}

func (l *lines) Feed(b []byte, take func([]byte)) error {
	for {
		i := bytes.IndexByte(b, '\n')
		rest := len(b)
		if i >= 0 {
			rest = i
		}
		// One more for the CR that may end it.
		if len(l.held)+rest > l.limit+1 {
			return fmt.Errorf("a line is %w (%d bytes)", ErrTooLong, l.limit)
		}
		if i < 0 {
			l.held = append(l.held, b...)
			return nil
		}
		line := b[:i]
		b = b[i+1:]
		if len(l.held) > 0 {
			l.held = append(l.held, line...)
			line, l.held = l.held, l.held[:0]
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) > l.limit {
			return fmt.Errorf("a line is %w (%d bytes)", ErrTooLong, l.limit)
		}
		if len(line) > 0 {
			take(line)
		}
	}
}

func (l *lines) Partial() bool { return len(l.held) > 0 }

// length32 has the length of each message before it, big-endian in four bytes
// that do not count, as pushbench itself sends on TCP.
type length32 struct {
	limit int
	held  []byte // prefix and the beginning of a message
}

func (l *length32) Feed(b []byte, take func([]byte)) error {
	for len(b) > 0 {
		if len(l.held) == 0 && len(b) >= wire.PrefixSize {
			size, err := l.size(b)
			if err != nil {
				return err
			}
			if end := wire.PrefixSize + size; len(b) >= end {
				take(b[wire.PrefixSize:end])
				b = b[end:]
				continue
			}
		}
		want := wire.PrefixSize
		if len(l.held) >= want {
			size, err := l.size(l.held)
			if err != nil {
				return err
			}
			want += size
		}
		n := min(want-len(l.held), len(b))
		l.held = append(l.held, b[:n]...)
		b = b[n:]
		if len(l.held) < wire.PrefixSize {
			return nil
		}
		size, err := l.size(l.held)
		if err != nil {
			return err
		}
		if len(l.held) == wire.PrefixSize+size {
			take(l.held[wire.PrefixSize:])
			l.held = l.held[:0]
		}
	}
	return nil
}

func (l *length32) size(b []byte) (int, error) {
	n := binary.BigEndian.Uint32(b)
	if int64(n) > int64(l.limit) {
		return 0, fmt.Errorf("a message of %d bytes is %w (%d bytes)", n, ErrTooLong, l.limit)
	}
	return int(n), nil
}

func (l *length32) Partial() bool { return len(l.held) > 0 }
