package observe

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/loadgen/jsonfield"
)

// A Stamp is how messages say when they were sent.
type Stamp struct {
	Clock offset.Kind // of the sender: which clock the time is of
	Step  time.Duration
	// Read returns nanoseconds of that clock. It allocates nothing.
	Read func(msg []byte) (int64, error)
}

// A Number is how messages say their place in the stream.
type Number func(msg []byte) (uint64, error)

// errHeader is a message without pushbench's header.
var errHeader = errors.New("no header of pushbench")

// units are the formats of numbers, and how many nanoseconds one is.
var units = map[string]int64{"unixs": 1e9, "unixms": 1e6, "unixus": 1e3, "unixns": 1}

// ParseStamp reads "pushbench" or json:FIELD:FORMAT.
func ParseStamp(s string) (Stamp, error) {
	if s == "pushbench" {
		return Stamp{Clock: offset.Monotonic, Step: 1, Read: func(msg []byte) (int64, error) {
			_, due, err := header(msg)
			return due, err
		}}, nil
	}
	rest, ok := strings.CutPrefix(s, "json:")
	i := strings.LastIndexByte(rest, ':')
	if !ok || i < 0 {
		return Stamp{}, fmt.Errorf("timestamp %q: write json:FIELD:FORMAT, as in json:meta.sent:unixms, or pushbench", s)
	}
	path, err := jsonfield.ParsePath(rest[:i])
	if err != nil {
		return Stamp{}, fmt.Errorf("timestamp %q: %w", s, err)
	}
	switch unit, known := units[rest[i+1:]]; {
	case known:
		return Stamp{Clock: offset.Wall, Step: time.Duration(unit), Read: func(msg []byte) (int64, error) {
			v, err := path.Find(msg)
			if err != nil {
				return 0, err
			}
			return jsonfield.Scaled(v, unit)
		}}, nil
	case rest[i+1:] == "rfc3339":
		return Stamp{Clock: offset.Wall, Step: 1, Read: func(msg []byte) (int64, error) {
			v, err := path.Find(msg)
			if err != nil {
				return 0, err
			}
			var t time.Time
			err = t.UnmarshalText(jsonfield.Text(v))
			return t.UnixNano(), err
		}}, nil
	}
	return Stamp{}, fmt.Errorf("timestamp %q: no format %q; there are unixs, unixms, unixus, unixns and rfc3339", s, rest[i+1:])
}

// ParseNumber reads "pushbench" or json:FIELD.
func ParseNumber(s string) (Number, error) {
	if s == "pushbench" {
		return func(msg []byte) (uint64, error) {
			seq, _, err := header(msg)
			return seq, err
		}, nil
	}
	rest, ok := strings.CutPrefix(s, "json:")
	if !ok {
		return nil, fmt.Errorf("sequence %q: write json:FIELD, as in json:meta.seq", s)
	}
	path, err := jsonfield.ParsePath(rest)
	if err != nil {
		return nil, fmt.Errorf("sequence %q: %w", s, err)
	}
	return func(msg []byte) (uint64, error) {
		v, err := path.Find(msg)
		if err != nil {
			return 0, err
		}
		return jsonfield.Uint(v)
	}, nil
}

// header reads pushbench's header: 16 bytes or, on transports of text, the same
// in hexadecimal. A binary one begins with the high bytes of a small number, which
// are no digits.
func header(msg []byte) (seq uint64, due int64, err error) {
	if len(msg) < wire.HeaderSize {
		return 0, 0, errHeader
	}
	if msg[0] != 0 {
		var raw [wire.HeaderSize]byte
		if len(msg) < 2*wire.HeaderSize {
			return 0, 0, errHeader
		}
		if _, err := hex.Decode(raw[:], msg[:2*wire.HeaderSize]); err != nil {
			return 0, 0, errHeader
		}
		msg = raw[:]
	}
	seq, due = wire.Header(msg)
	if due == 0 {
		err = errUntimed
	}
	return seq, due, err
}

// errUntimed is a message of a load without times.
var errUntimed = errors.New("the header has no send time: the server saturates")
