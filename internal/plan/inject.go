package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// An Injection slows our own server down in a known way, so that a gate can be
// seen to fail. Its zero value does nothing.
type Injection struct {
	Write int     `json:"write,omitempty"`         // one more write call, of no bytes, every so many messages
	Spin  Seconds `json:"spin_seconds,omitempty"`  // of work more for each message
	Share float64 `json:"spin_share,omitempty"`    // of work more, as a share of the time that writing a batch took
	Alloc int     `json:"alloc_bytes,omitempty"`   // allocated for each message
	Flush Seconds `json:"flush_seconds,omitempty"` // by which a flush that waits comes later
}

// String writes it as it is given on a command line.
func (in Injection) String() string {
	var parts []string
	add := func(given bool, format string, arg any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, arg))
		}
	}
	add(in.Write != 0, "write=%d", in.Write)
	add(in.Spin != 0, "spin=%v", in.Spin.Duration())
	add(in.Share != 0, "spin=%s%%", strconv.FormatFloat(100*in.Share, 'g', 6, 64))
	add(in.Alloc != 0, "alloc=%dB", in.Alloc)
	add(in.Flush != 0, "flush=%v", in.Flush.Duration())
	return strings.Join(parts, ",")
}

// Touches tells whether it changes anything in a cell: only a flush that waits
// can come later, and only our own server can be slowed down.
func (in Injection) Touches(c Cell) bool {
	later := in.Flush
	in.Flush = 0
	return c.Ours() && (in != Injection{} || later > 0 && c.Factors.Text("flush") == "window")
}
