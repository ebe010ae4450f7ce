package loadgen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
)

// frames decodes the server's half of a WebSocket connection (RFC 6455, section 5)
// piece by piece, as bytes come. The payload of a frame that is a whole message
// goes to the checks where it lies; fragments, and what was deflated, are put
// together first.
type frames struct {
	messages wire.Decoder
	reply    func(kind int, payload []byte) error // to control frames
	n        uint64                               // frames of messages

	head   [maxFrameHead]byte
	have   int
	op     byte // of the frame at hand
	fin    bool
	left   int  // of its payload
	inside bool // a frame is at hand

	whole    bool   // its payload goes to the checks at once
	deflated bool   // the message at hand
	more     bool   // further frames of the message must come
	held     []byte // of a message that is put together
	control  []byte // of a control frame
	inflate  inflater
	closed   bool
	status   int // of the close frame
}

const (
	maxFrameHead = 10
	finBit       = 0x80
	deflateBit   = 0x40 // RSV1, RFC 7692
	reservedBits = 0x30
	maskBit      = 0x80
	maxControl   = 125
	continuation = 0
)

var errClosed = errors.New("bytes behind the close frame")

func (f *frames) counts() *wire.Counts { return &f.messages.Counts }
func (f *frames) frames() uint64       { return f.n }

func (f *frames) ended() error {
	switch {
	case !f.closed:
		return fmt.Errorf("%w: no close frame came", io.ErrUnexpectedEOF)
	case f.status != websocket.CloseNormalClosure:
		return fmt.Errorf("the server closed with status %d", f.status)
	}
	return nil
}

// Feed decodes p.
func (f *frames) Feed(p []byte, dues []int64) ([]int64, error) {
	for len(p) > 0 {
		if f.closed {
			return dues, errClosed
		}
		if !f.inside {
			n, err := f.begin(p)
			if err != nil {
				return dues, err
			}
			p = p[n:]
			if !f.inside {
				return dues, nil // more of the head must come
			}
		}
		n := min(f.left, len(p))
		var err error
		if dues, err = f.payload(p[:n], dues); err != nil {
			return dues, err
		}
		p = p[n:]
		if f.left == 0 {
			if dues, err = f.end(dues); err != nil {
				return dues, err
			}
		}
	}
	return dues, nil
}

// begin reads the head of a frame and returns how many bytes of p it took.
func (f *frames) begin(p []byte) (int, error) {
	taken := copy(f.head[f.have:], p)
	all := f.have + taken
	need := 2
	if all >= need {
		switch f.head[1] &^ maskBit {
		case 126:
			need = 4
		case 127:
			need = 10
		}
	}
	if all < need {
		f.have = all
		return taken, nil
	}
	taken -= all - need
	f.have = 0
	return taken, f.start(need)
}

// start begins a frame whose head is n bytes long.
func (f *frames) start(n int) error {
	size := uint64(f.head[1] &^ maskBit)
	switch n {
	case 4:
		size = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 10:
		size = binary.BigEndian.Uint64(f.head[2:])
	}
	f.op, f.fin = f.head[0]&0x0f, f.head[0]&finBit != 0
	compressed := f.head[0]&deflateBit != 0
	switch {
	case f.head[0]&reservedBits != 0 || f.head[1]&maskBit != 0:
		return fmt.Errorf("frame after message %d begins with %#x %#x: no server may set these bits", f.messages.Messages, f.head[0], f.head[1])
	case size > maxFrame:
		return fmt.Errorf("frame after message %d says it is %d bytes long; at most %d are taken", f.messages.Messages, size, maxFrame)
	case f.op >= websocket.CloseMessage && (!f.fin || compressed || size > maxControl):
		return fmt.Errorf("control frame after message %d is fragmented, compressed or longer than %d bytes", f.messages.Messages, maxControl)
	}
	f.left, f.inside = int(size), true
	return f.classify(compressed)
}

// maxFrame bounds a frame, and a message put together from several.
const maxFrame = wire.MaxMessage + 1<<10

// classify says where the payload of the frame at hand goes.
func (f *frames) classify(compressed bool) error {
	f.whole = false
	switch f.op {
	case websocket.BinaryMessage:
		if f.more {
			return fmt.Errorf("a message begins inside message %d", f.messages.Messages)
		}
		f.n++
		f.deflated = compressed
		f.held = f.held[:0]
		if f.whole = f.fin && !compressed; f.whole {
			f.messages.Begin(f.left)
		}
		f.more = !f.fin
	case continuation:
		if !f.more || compressed {
			return fmt.Errorf("a frame after message %d continues nothing", f.messages.Messages)
		}
		f.n++
		f.more = !f.fin
	case websocket.CloseMessage, websocket.PingMessage, websocket.PongMessage:
		f.control = f.control[:0]
	default:
		return fmt.Errorf("frame after message %d has opcode %d; messages are binary", f.messages.Messages, f.op)
	}
	return nil
}

// payload takes a piece of the payload of the frame at hand.
func (f *frames) payload(p []byte, dues []int64) ([]int64, error) {
	f.left -= len(p)
	switch {
	case f.op >= websocket.CloseMessage:
		f.control = append(f.control, p...)
	case f.whole:
		return f.messages.Feed(p, dues)
	case len(f.held)+len(p) > maxFrame:
		return dues, fmt.Errorf("message %d has more than %d bytes", f.messages.Messages, maxFrame)
	default:
		f.held = append(f.held, p...)
	}
	return dues, nil
}

// end finishes the frame at hand.
func (f *frames) end(dues []int64) ([]int64, error) {
	f.inside = false
	switch {
	case f.op >= websocket.CloseMessage:
		return dues, f.answer()
	case f.more:
		return dues, nil
	case f.whole:
		return dues, f.complete()
	}
	m := f.held
	if f.deflated {
		var err error
		if m, err = f.inflate.message(m); err != nil {
			return dues, fmt.Errorf("message %d: %w", f.messages.Messages, err)
		}
	}
	f.messages.Begin(len(m))
	dues, err := f.messages.Feed(m, dues)
	if err != nil {
		return dues, err
	}
	return dues, f.complete()
}

// complete refuses a message that is shorter than a header.
func (f *frames) complete() error {
	if f.messages.Partial() {
		return fmt.Errorf("message %d: %w", f.messages.Messages, errInside)
	}
	return nil
}

// answer replies to a control frame.
func (f *frames) answer() error {
	switch f.op {
	case websocket.PingMessage:
		return f.reply(websocket.PongMessage, f.control)
	case websocket.CloseMessage:
		f.closed, f.status = true, websocket.CloseNoStatusReceived
		if len(f.control) >= 2 {
			f.status = int(binary.BigEndian.Uint16(f.control))
		}
		// The server may have closed its end already; the stream is whole even so.
		_ = f.reply(websocket.CloseMessage, f.control[:min(2, len(f.control))])
	}
	return nil
}
