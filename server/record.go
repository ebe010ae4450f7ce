package server

import (
	"errors"
	"os"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/usage"
)

// A Record is what a server measured in one trial.
type Record struct {
	Times     child.Go `json:"times"` // as they were asked
	Begin     Snapshot `json:"begin"` // of the measured window
	End       Snapshot `json:"end"`
	Slices    []Slice  `json:"slices,omitempty"`  // of the turns within the window
	Sent      uint64   `json:"sent"`              // messages handed over in the whole trial
	SentBytes uint64   `json:"sent_bytes"`        // of those
	Calls     uint64   `json:"calls"`             // write calls in the whole trial
	Records   uint64   `json:"records,omitempty"` // of TLS in the whole trial
	Dropped   uint64   `json:"dropped"`           // messages that overflow left out
	Unsent    uint64   `json:"unsent"`            // messages that were due and not handed over in time
	// Strategy sums what strategies and transports counted by themselves, over the trial.
	Strategy map[string]float64 `json:"strategy,omitempty"`
	// Late is how far behind its time the pacer woke an idle server (HdrHistogram).
	Late []byte `json:"late,omitempty"`
	// Write is the time inside write calls (HdrHistogram), of timed loads.
	Write []byte `json:"write,omitempty"`
	// Noticed is when the first connection failed by itself or was given up;
	// 0 if none did before the grace time was over (clock.Now).
	Noticed      int64    `json:"noticed,omitempty"`
	Disconnected int      `json:"disconnected"`     // connections given up by overflow or write deadline
	Cut          int      `json:"cut"`              // connections that still held messages after the grace time
	Failed       int      `json:"failed"`           // connections that ended with any other error
	Errors       []string `json:"errors,omitempty"` // of Failed, at most maxErrors
	Look         *Look    `json:"look,omitempty"`   // nil where nobody looked inside
}

const maxErrors = 10

// ended counts how a connection ended.
func (r *Record) ended(err error, patience bool) {
	switch late := errors.Is(err, os.ErrDeadlineExceeded); {
	case err == nil:
	case errors.Is(err, errOverflow), late && patience:
		r.Disconnected++
	case late:
		r.Cut++
	default:
		r.Failed++
		if len(r.Errors) < maxErrors {
			r.Errors = append(r.Errors, err.Error())
		}
	}
}

// report adds what one connection's strategy counted.
func (r *Record) report(counts map[string]float64) {
	if counts == nil {
		return
	}
	if r.Strategy == nil {
		r.Strategy = map[string]float64{}
	}
	for name, n := range counts {
		r.Strategy[name] += n
	}
}

// A Snapshot is the state at one moment.
type Snapshot struct {
	Time     int64       `json:"time"` // clock.Now
	Messages uint64      `json:"messages"`
	Bytes    uint64      `json:"bytes"`
	Calls    uint64      `json:"calls"`
	Records  uint64      `json:"records,omitempty"` // of TLS
	Usage    usage.Usage `json:"usage"`
	TCP      *TCPInfo    `json:"tcp,omitempty"` // nil where the system does not tell
}
