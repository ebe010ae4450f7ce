package profile

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// OpportunityBytes is how many bytes of IP packets one line of a trace carries.
const OpportunityBytes = 1500

// A Trace is a recorded link in mahimahi's format: one line per opportunity to
// deliver 1500 bytes, its time in milliseconds, in order. It repeats with the
// time of its last line as its period. An opportunity that finds nothing to
// send is lost.
type Trace struct {
	Name  string          `json:"name"`
	Times []time.Duration `json:"times_ns"`
}

// Period is the time after which the trace repeats.
func (t *Trace) Period() time.Duration { return t.Times[len(t.Times)-1] }

// Rate is the mean rate in bits of IP packets per second.
func (t *Trace) Rate() Rate {
	return Rate(float64(len(t.Times)*OpportunityBytes*8) / t.Period().Seconds())
}

// Bounds of a trace, far beyond recorded ones.
const (
	maxTraceLines  = 20_000_000
	maxTracePeriod = 24 * time.Hour
)

// ReadTrace reads a trace; name stands in its errors.
func ReadTrace(name string, r io.Reader) (*Trace, error) {
	t := &Trace{Name: name}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		ms, err := strconv.ParseUint(text, 10, 63)
		at := time.Duration(ms) * time.Millisecond
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s:%d:1: %q is not a time in whole milliseconds", name, n, clip(text))
		case ms > uint64(maxTracePeriod/time.Millisecond):
			return nil, fmt.Errorf("%s:%d:1: %d ms is over the longest trace of %v", name, n, ms, maxTracePeriod)
		case len(t.Times) > 0 && at < t.Times[len(t.Times)-1]:
			return nil, fmt.Errorf("%s:%d:1: %d ms goes back in time, the line before it has %d", name, n, ms, t.Period().Milliseconds())
		case len(t.Times) == maxTraceLines:
			return nil, fmt.Errorf("%s:%d:1: more than %d lines", name, n, maxTraceLines)
		}
		t.Times = append(t.Times, at)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(t.Times) == 0 || t.Period() == 0 {
		return nil, fmt.Errorf("%s: no time after 0 in it: a trace needs at least one line with a later millisecond", name)
	}
	return t, nil
}

// clip keeps what errors quote short.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
