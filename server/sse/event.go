// Package sse holds the parts of a server of events (text/event-stream, WHATWG
// HTML, section 9.2): how an event is written, what its id says, and when a sign of
// life is due. It imports the standard library alone.
package sse

import (
	"bytes"
	"strconv"
	"time"
)

// ContentType is the media type of a stream of events.
const ContentType = "text/event-stream"

// AppendEvent appends one event: its name, its id (see [AppendID]) and data, a field
// for each line of it. The names must be without line ends.
func AppendEvent(dst []byte, name, stream string, seq uint64, data []byte) []byte {
	dst = append(dst, "event: "...)
	dst = append(dst, name...)
	dst = append(dst, "\nid: "...)
	dst = AppendID(dst, stream, seq)
	for more := true; more; {
		line := data
		if at := bytes.IndexAny(data, "\r\n"); at < 0 {
			more = false
		} else {
			line, data = data[:at], afterLine(data[at:])
		}
		dst = append(dst, "\ndata: "...)
		dst = append(dst, line...)
	}
	return append(dst, "\n\n"...)
}

// afterLine cuts off one line end: CR, LF or both.
func afterLine(b []byte) []byte {
	if len(b) > 1 && b[0] == '\r' && b[1] == '\n' {
		return b[2:]
	}
	return b[1:]
}

// AppendRetry appends after how long a client that lost its connection may come
// back, in whole milliseconds.
func AppendRetry(dst []byte, after time.Duration) []byte {
	dst = append(dst, "retry: "...)
	dst = strconv.AppendInt(dst, after.Milliseconds(), 10)
	return append(dst, "\n\n"...)
}

// AppendPing appends a comment, which clients ignore: a sign of life.
func AppendPing(dst []byte) []byte { return append(dst, ": ping\n\n"...) }
