package sse

import (
	"strconv"
	"strings"
)

// AppendID appends the id of an event: its number in the stream, behind the name
// of the stream and a hyphen where it has one. A server that starts anew begins a
// stream of another name, so that its numbers are not taken for the old one's.
func AppendID(dst []byte, stream string, seq uint64) []byte {
	if stream != "" {
		dst = append(append(dst, stream...), '-')
	}
	return strconv.AppendUint(dst, seq, 10)
}

// ParseID reads what AppendID wrote, from a Last-Event-ID header; false if it
// cannot be ours.
func ParseID(id string) (stream string, seq uint64, ok bool) {
	number := id
	if at := strings.LastIndexByte(id, '-'); at >= 0 {
		stream, number = id[:at], id[at+1:]
	}
	seq, err := strconv.ParseUint(number, 10, 64)
	return stream, seq, err == nil && seq != ^uint64(0)
}
