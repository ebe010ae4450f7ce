package loadgen

import (
	"bytes"
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
)

// An event has what its fields said; slices are valid until emit returns.
type event struct{ id, data []byte }

// maxLine bounds one line of a stream of events.
const maxLine = wire.MaxMessage + 64

// An eventParser splits a stream of events as this project's server writes them:
// lines end with LF, and the data of an event is one line.
type eventParser struct {
	line  []byte // the part of a line that came before
	event event
	has   bool // the event at hand has data
}

var (
	idField   = []byte("id: ")
	dataField = []byte("data: ")
)

// feed takes a piece of the stream and emits each event that is complete.
func (p *eventParser) feed(b []byte, emit func(event) error) error {
	for len(b) > 0 {
		at := bytes.IndexByte(b, '\n')
		if at < 0 {
			at = len(b)
		}
		if len(p.line)+at > maxLine {
			return fmt.Errorf("a line of the event stream is longer than %d B", maxLine)
		}
		if at == len(b) {
			p.line = append(p.line, b...)
			return nil
		}
		line := b[:at]
		if len(p.line) > 0 {
			p.line = append(p.line, line...)
			line = p.line
		}
		err := p.take(line, emit)
		p.line = p.line[:0]
		if err != nil {
			return err
		}
		b = b[at+1:]
	}
	return nil
}

// take handles one line.
func (p *eventParser) take(line []byte, emit func(event) error) error {
	switch {
	case len(line) == 0 && p.has:
		p.has = false
		return emit(p.event)
	case bytes.HasPrefix(line, dataField):
		p.event.data = append(p.event.data[:0], line[len(dataField):]...)
		p.has = true
	case bytes.HasPrefix(line, idField):
		p.event.id = append(p.event.id[:0], line[len(idField):]...)
	}
	return nil
}

// partial tells whether the stream ended inside an event.
func (p *eventParser) partial() bool { return p.has || len(p.line) > 0 }
