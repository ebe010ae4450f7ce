// Package sse parses event streams as the HTML standard has them ("Interpreting
// an event stream"), piece by piece as they arrive and without copying what need
// not be copied.
package sse

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// DefaultMaxEvent is the limit where Parser.MaxEvent is 0.
const DefaultMaxEvent = 1 << 20

// ErrTooLong is wrapped by the error for a line, or the data of an event, beyond
// MaxEvent.
var ErrTooLong = errors.New("longer than allowed")

// An Event is what the stream dispatches. Its slices are valid during the call
// only, and must not be changed. Bytes are passed on as they came: a browser
// would replace what is not UTF-8.
type Event struct {
	Type []byte // "message" where the stream names none
	Data []byte // lines joined by LF
	ID   []byte // the last one the stream gave, also if for an earlier event
}

// A Parser takes one stream. The zero value is ready.
type Parser struct {
	// MaxEvent bounds, in bytes, each line and the data of each event, and so the
	// memory of the parser to some four times as much; 0 is DefaultMaxEvent.
	MaxEvent int

	begun   int  // bytes of the byte order mark seen; past tells that it is decided
	afterCR bool // a line feed that comes now belongs to the line end before it
	failed  error
	line    []byte // the beginning of a line whose end has not come

	lines    int    // of data in the event so far
	data     []byte // in the chunk being fed, or in buf
	buffered bool   // data is in buf
	buf      []byte
	typ      []byte
	id       []byte // of the event so far
	hasID    bool

	lastID []byte
	retry  time.Duration
}

// LastEventID is what a reconnecting client sends; empty sends none. It is valid
// until the next Feed.
func (p *Parser) LastEventID() []byte { return p.lastID }

// Retry is the reconnection time the stream asked for last, 0 where it has not.
func (p *Parser) Retry() time.Duration { return p.retry }

// Reset begins a new stream. The last event ID and the reconnection time stay,
// as they are of the source and not of one connection. An event without its end
// is discarded.
func (p *Parser) Reset() {
	p.begun, p.afterCR, p.failed = 0, false, nil
	p.line, p.hasID = p.line[:0], false
	p.clear()
}

// Feed parses the next bytes of the stream and hands each event they complete to
// emit. An error of emit ends it and is returned; the rest of b is lost then. An
// error of the stream (ErrTooLong) is final until Reset.
func (p *Parser) Feed(b []byte, emit func(Event) error) error {
	if p.failed != nil {
		return p.failed
	}
	if p.begun < past {
		b = p.skipMark(b)
	}
	if p.afterCR && len(b) > 0 {
		p.afterCR = false
		if b[0] == '\n' {
			b = b[1:]
		}
	}
	// The next line feed and carriage return at or behind pos. Each is looked for
	// only when the last one found has been passed, so that a stream without
	// carriage returns is searched for them once a chunk.
	lf, cr, pos := -1, -1, 0
	for pos < len(b) {
		if lf < pos {
			lf = index(b, pos, '\n')
		}
		if cr < pos {
			cr = index(b, pos, '\r')
		}
		end := min(lf, cr)
		if end == len(b) {
			break
		}
		line := b[pos:end]
		pos = end + 1
		if end == cr {
			if pos == len(b) {
				p.afterCR = true
			} else if lf == pos {
				pos++
			}
		}
		if len(p.line) > 0 { // its bytes stay where they are until the end of Feed
			p.line = append(p.line, line...)
			line, p.line = p.line, p.line[:0]
		}
		if err := p.takeLine(line, emit); err != nil {
			return err
		}
	}
	return p.keep(b[pos:])
}

// keep saves what refers to the chunk, and the line that has no end yet.
func (p *Parser) keep(rest []byte) error {
	if p.lines > 0 && !p.buffered {
		p.buf = append(p.buf[:0], p.data...)
		p.data, p.buffered = p.buf, true
	}
	if len(p.line)+len(rest) > p.max() {
		return p.fail("a line")
	}
	p.line = append(p.line, rest...)
	return nil
}

// takeLine processes one line without its end.
func (p *Parser) takeLine(line []byte, emit func(Event) error) error {
	if len(line) == 0 {
		return p.dispatch(emit)
	}
	if len(line) > p.max() {
		return p.fail("a line")
	}
	name, value := line, []byte(nil)
	if i := bytes.IndexByte(line, ':'); i >= 0 {
		name, value = line[:i], line[i+1:]
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
		}
	}
	switch string(name) { // the empty name is a comment
	case "data":
		return p.addData(value)
	case "event":
		p.typ = append(p.typ[:0], value...)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.id, p.hasID = append(p.id[:0], value...), true
		}
	case "retry":
		if d, ok := milliseconds(value); ok {
			p.retry = d
		}
	}
	return nil
}

func (p *Parser) addData(value []byte) error {
	if p.lines == 0 {
		p.data, p.buffered = value, false
	} else {
		if !p.buffered {
			p.buf = append(p.buf[:0], p.data...)
		}
		p.buf = append(append(p.buf, '\n'), value...)
		p.data, p.buffered = p.buf, true
	}
	p.lines++
	if len(p.data) > p.max() {
		return p.fail("the data of an event")
	}
	return nil
}

var message = []byte("message")

func (p *Parser) dispatch(emit func(Event) error) error {
	if p.hasID {
		p.lastID, p.hasID = append(p.lastID[:0], p.id...), false
	}
	if p.lines == 0 {
		p.clear()
		return nil
	}
	e := Event{Type: message, Data: p.data, ID: p.lastID}
	if len(p.typ) > 0 {
		e.Type = p.typ
	}
	err := emit(e)
	p.clear()
	return err
}

func (p *Parser) clear() {
	p.lines, p.data, p.typ = 0, nil, p.typ[:0]
}

func (p *Parser) max() int {
	if p.MaxEvent > 0 {
		return p.MaxEvent
	}
	return DefaultMaxEvent
}

func (p *Parser) fail(what string) error {
	p.failed = fmt.Errorf("event stream: %s is %w (%d bytes)", what, ErrTooLong, p.max())
	return p.failed
}

var mark = []byte("\ufeff")

// past is one more than there are bytes in the mark.
const past = 4

// skipMark leaves out the byte order mark that a stream may begin with.
func (p *Parser) skipMark(b []byte) []byte {
	for len(b) > 0 && p.begun < len(mark) {
		if b[0] != mark[p.begun] { // what looked like it is text
			p.line = append(p.line, mark[:p.begun]...)
			p.begun = past
			return b
		}
		p.begun++
		b = b[1:]
	}
	if p.begun == len(mark) {
		p.begun = past
	}
	return b
}

// index is the first c in b at or behind pos, or len(b).
func index(b []byte, pos int, c byte) int {
	if i := bytes.IndexByte(b[pos:], c); i >= 0 {
		return pos + i
	}
	return len(b)
}

// maxRetry keeps nonsense from becoming a negative duration.
const maxRetry = 24 * time.Hour

// milliseconds reads ASCII digits, of which there must be some.
func milliseconds(b []byte) (time.Duration, bool) {
	var d time.Duration
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		d = min(d*10+time.Duration(c-'0')*time.Millisecond, maxRetry)
	}
	return d, len(b) > 0
}
