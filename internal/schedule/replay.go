package schedule

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
)

// maxReplayLine bounds a line of a replay file, in bytes.
const maxReplayLine = 4 << 10

// A Replay yields the times and sizes of a file, read as they are needed. Lines
// are either "SECONDS,BYTES" (CSV, a first line of names allowed) or
// {"t": SECONDS, "size": BYTES} (JSON lines); blank lines and lines that begin
// with # are passed over. Times must not go back.
type Replay struct {
	name  string
	file  io.Closer
	lines *bufio.Scanner
	line  int
	last  int64
	any   bool
	err   error
}

// OpenReplay opens a replay file.
func OpenReplay(name string) (*Replay, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("replay: %w; paths are relative to the working directory", err)
	}
	return NewReplay(name, f), nil
}

// NewReplay reads a replay from r; name is for messages.
func NewReplay(name string, r io.ReadCloser) *Replay {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 512), maxReplayLine)
	return &Replay{name: name, file: r, lines: s}
}

// Check reads a whole replay file and returns its first fault.
func Check(name string) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("replay: %s is no regular file", name)
	}
	r, err := OpenReplay(name)
	if err != nil {
		return err
	}
	for r.Next().At != Never {
		continue
	}
	if r.err == nil && !r.any {
		return fmt.Errorf("%s: no message in it; lines such as 0.25,512 are meant (seconds, bytes)", name)
	}
	return r.err
}

// Err is the fault that ended the stream, if any.
func (r *Replay) Err() error { return r.err }

// Next returns the next message. After a fault or the end it is due Never.
func (r *Replay) Next() Arrival {
	for r.err == nil && r.lines.Scan() {
		r.line++
		text := strings.TrimSpace(r.lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		a, err := parseArrival(text)
		switch {
		case err != nil && !r.any && isHeader(text):
			continue
		case err != nil:
			r.fail(err)
		case a.At < r.last:
			r.fail(fmt.Errorf("time goes back from %v s to %v s", float64(r.last)/1e9, float64(a.At)/1e9))
		default:
			r.any, r.last = true, a.At
			return a
		}
	}
	if err := r.lines.Err(); err != nil && r.err == nil {
		r.line++
		r.fail(err)
	}
	r.file.Close()
	return Arrival{At: Never}
}

func (r *Replay) fail(err error) { r.err = fmt.Errorf("%s:%d: %w", r.name, r.line, err) }

// isHeader tells whether a CSV line holds names and no number.
func isHeader(text string) bool { return !strings.ContainsAny(text, "0123456789{") }

func parseArrival(text string) (Arrival, error) {
	var at, size float64
	if text[0] == '{' {
		var v struct{ T, Size *float64 }
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return Arrival{}, fmt.Errorf(`{"t": SECONDS, "size": BYTES} is meant: %w`, err)
		}
		if v.T == nil || v.Size == nil {
			return Arrival{}, fmt.Errorf(`{"t": SECONDS, "size": BYTES} is meant, both of them`)
		}
		at, size = *v.T, *v.Size
	} else {
		a, b, ok := strings.Cut(text, ",")
		var err1, err2 error
		at, err1 = strconv.ParseFloat(strings.TrimSpace(a), 64)
		size, err2 = strconv.ParseFloat(strings.TrimSpace(b), 64)
		if !ok || err1 != nil || err2 != nil {
			return Arrival{}, fmt.Errorf("SECONDS,BYTES is meant, such as 0.25,512, not %q", text)
		}
	}
	const longest = 30 * 24 * 3600 // seconds
	if !(at >= 0 && at <= longest) {
		return Arrival{}, fmt.Errorf("a time from 0 to %d seconds is meant, not %v", longest, at)
	}
	if size != math.Trunc(size) || size < wire.HeaderSize || size > wire.MaxMessage {
		return Arrival{}, fmt.Errorf("a size of %d to %d whole bytes is meant, not %v", wire.HeaderSize, wire.MaxMessage, size)
	}
	return Arrival{int64(math.Round(at * 1e9)), int(size)}, nil
}
