// Package ownserver runs a server of the user's for one trial and measures it
// from outside. It is the whole of a process that stands between pushbench and
// the server: it stays when pushbench is killed, sees the end of its standard
// input, and ends everything the server has started.
package ownserver

import (
	"errors"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
	"github.com/pushbench/pushbench/server"
)

// ErrNotSupported is returned where the system cannot hold the processes of a
// command together.
var ErrNotSupported = errors.New("a server of one's own is measured on Linux alone; other systems measure pushbench's")

// A Config says what is run in one trial.
type Config struct {
	Server plan.Server `json:"server"`
	Host   string      `json:"host"` // the address of this namespace
	Core   int         `json:"core"` // that the command is bound to; negative is any
	// Log is the file that the command's output is appended to, under Title;
	// none if it is empty.
	Log   string `json:"log,omitempty"`
	Title string `json:"title,omitempty"`
}

// A Record is what was seen of a server in one trial.
type Record struct {
	Times child.Go `json:"times"` // as they were asked
	Begin Snapshot `json:"begin"` // of the measured window
	End   Snapshot `json:"end"`
	// Slices are those of the turns within the window, if it has any.
	Slices []Slice `json:"slices,omitempty"`
	NoTCP  string  `json:"no_tcp,omitempty"` // why there are no figures of TCP
	// Ended is how the command ended before the window did, with its last lines;
	// empty if it did not.
	Ended string `json:"ended,omitempty"`
}

// A Snapshot is the state at one moment.
type Snapshot struct {
	Time  int64           `json:"time"` // clock.Now
	Usage usage.Usage     `json:"usage"`
	TCP   *server.TCPInfo `json:"tcp,omitempty"` // nil where the system does not tell
}

// A Slice is what the server did in the slice of one turn.
type Slice struct {
	Begin Mark `json:"begin"`
	End   Mark `json:"end"`
}

// A Mark is the state at an edge of a slice.
type Mark struct {
	Time int64   `json:"time"`        // clock.Now
	CPU  float64 `json:"cpu_seconds"` // of the server's processes
}
