package server

import "github.com/pushbench/pushbench/internal/usage"

// A Record is what a server measured in one trial.
type Record struct {
	Begin     Snapshot `json:"begin"` // of the measured window
	End       Snapshot `json:"end"`
	Sent      uint64   `json:"sent"`       // messages handed over in the whole trial
	SentBytes uint64   `json:"sent_bytes"` // of those
	// Late is how far behind its time the pacer woke an idle server (HdrHistogram).
	Late []byte `json:"late,omitempty"`
	// Write is the time inside write calls (HdrHistogram), of timed loads.
	Write  []byte   `json:"write,omitempty"`
	Errors []string `json:"errors,omitempty"` // at most maxErrors, one a connection
	Failed int      `json:"failed"`           // connections that ended with an error
}

const maxErrors = 10

// A Snapshot is the state at one moment.
type Snapshot struct {
	Time     int64       `json:"time"` // clock.Now
	Messages uint64      `json:"messages"`
	Bytes    uint64      `json:"bytes"`
	Calls    uint64      `json:"calls"`
	Usage    usage.Usage `json:"usage"`
	TCP      *TCPInfo    `json:"tcp,omitempty"` // nil where the system does not tell
}
