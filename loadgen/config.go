// Package loadgen is the load generator: clients that read the server's stream,
// check every message and measure when each arrived.
package loadgen

import (
	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
	"github.com/pushbench/pushbench/internal/wire"
)

// A Config says what a generator does in one trial.
type Config struct {
	Target  string      `json:"target"` // host:port
	Factors plan.Values `json:"factors"`
	// Certificate is what a server with TLS is known by, in PEM.
	Certificate string `json:"certificate,omitempty"`
	// Pipes are the paths of the streams that do not come on the connections, one
	// for each; nil if they do.
	Pipes []string `json:"pipes,omitempty"`
	// Grace is how long after the end of the load the rest of a stream may take.
	Grace plan.Seconds `json:"grace_seconds"`
	// Endless streams are left when the load ends: a server of the user's knows
	// nothing of the trial. Timed tells that its messages carry their time.
	Endless bool `json:"endless,omitempty"`
	Timed   bool `json:"timed,omitempty"`
	// Parts, if not 0, cuts the window into so many parts whose latencies are told
	// apart.
	Parts int `json:"parts,omitempty"`
	// Stream describes messages that are not pushbench's; nil if they are.
	Stream *Stream `json:"stream,omitempty"`
}

// A Stream is what is known of another server's messages.
type Stream struct {
	Messages  string `json:"messages"`            // a form of package plan
	Timestamp string `json:"timestamp,omitempty"` // as package observe reads it
	Sequence  string `json:"sequence,omitempty"`
}

// timed tells whether latencies are taken.
func (c Config) timed() bool { return c.Timed || !c.Endless && c.Factors.Text("load") != "saturate" }

// A Record is what a generator measured in one trial.
type Record struct {
	Times    child.Go    `json:"times"` // as they were asked
	Begin    Snapshot    `json:"begin"` // of the measured window
	End      Snapshot    `json:"end"`
	Slices   []Slice     `json:"slices,omitempty"` // of the turns within the window
	Received wire.Counts `json:"received"`         // in the whole trial
	// Latency is receive time less intended send time of the messages that were
	// due within the window (HdrHistogram); none under saturation.
	Latency []byte `json:"latency,omitempty"`
	Timed   uint64 `json:"timed"`            // messages in Latency
	Frames  uint64 `json:"frames,omitempty"` // of the transport, in the whole trial
	// Connect is the time from each attempt to connect until messages could come
	// (HdrHistogram), Opening the time until all connections were there.
	Connect []byte       `json:"connect,omitempty"`
	Opening plan.Seconds `json:"opening_seconds,omitempty"`
	// Parts are the latencies of the messages due in each part of the window.
	Parts []Part `json:"parts,omitempty"`
	// Gaps are times between messages of one stream (HdrHistogram), of streams
	// that are not pushbench's.
	Gaps       []byte   `json:"gaps,omitempty"`
	Unstamped  uint64   `json:"unstamped,omitempty"`  // messages whose time could not be read
	Unnumbered uint64   `json:"unnumbered,omitempty"` // messages whose number could not be read
	Errors     []string `json:"errors,omitempty"`
	Failed     int      `json:"failed"` // connections that ended other than at their stream's end
	Slow       int      `json:"slow"`   // connections whose reader was told to be slow; they are closed with the window
	// IdleClosed are connections that their reader gave up because no byte came for
	// so long as it was told to wait; they are not Failed.
	IdleClosed int `json:"idle_closed,omitempty"`
}

// A Part sums the latencies of some messages, in nanoseconds.
type Part struct {
	Count uint64 `json:"n"`
	Sum   int64  `json:"sum"`
	Max   int64  `json:"max"`
}

func (s *Part) add(o Part) {
	s.Count += o.Count
	s.Sum += o.Sum
	s.Max = max(s.Max, o.Max)
}

const maxErrors = 10

// A Snapshot is the state at one moment.
type Snapshot struct {
	Time     int64       `json:"time"` // clock.Now
	Messages uint64      `json:"messages"`
	Bytes    uint64      `json:"bytes"`
	Reads    uint64      `json:"reads"` // calls that returned data
	Usage    usage.Usage `json:"usage"`
}
