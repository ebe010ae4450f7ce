// Package server is the server under test: it accepts connections and pushes a
// stream of messages to each, through a write strategy and a flush policy.
package server

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/schedule"
	"github.com/pushbench/pushbench/server/strategy"
)

// A Config says what a server does in one trial.
type Config struct {
	Listen  string      `json:"listen"` // host:port; port 0 picks a free one
	Factors plan.Values `json:"factors"`
	Seed    uint64      `json:"seed"` // of the arrival times
	// Grace is how long after the end of the load a connection may take to hand
	// over what it still holds.
	Grace plan.Seconds `json:"grace_seconds"`
	Look  string       `json:"look,omitempty"` // LookProbe, LookTimeline, LookSyscalls, LookProfile, or "" for nothing
	// Inject slows the server down on purpose.
	Inject plan.Injection `json:"inject,omitzero"`
}

// settings are a Config's factors with their types.
type settings struct {
	spec        strategy.Spec
	flush       policy
	buffer      int
	threshold   int
	window      time.Duration
	message     int
	fresh       bool // each message has memory of its own
	saturate    bool
	broadcast   bool
	load        schedule.Spec
	prefix      int // bytes before each message
	queue       int
	overflow    overflow
	connections int
	workers     int           // that write for all connections; 0 is one for each
	patience    time.Duration // for writing one batch; 0 is for ever
	heartbeat   time.Duration // the longest silence; 0 is for ever
	sockets     sockets
	inject      plan.Injection
}

// policy is when held bytes are handed on.
type policy int

const (
	flushEach policy = iota
	flushFull
	flushIdle
	flushWindow
	flushNextWrite // a window without a timer
)

// timed tells whether the policy goes by the clock.
func (p policy) timed() bool { return p == flushWindow || p == flushNextWrite }

var policies = map[string]policy{"each": flushEach, "full": flushFull, "idle": flushIdle, "window": flushWindow, "next-write": flushNextWrite}

func (c Config) settings() (settings, error) {
	v := c.Factors
	spec, err := strategy.Named(v.Text("strategy"))
	if err != nil {
		return settings{}, err
	}
	flush, ok := policies[v.Text("flush")]
	if !ok {
		return settings{}, fmt.Errorf("no flush policy %q: there are each, full, idle, window and next-write", v.Text("flush"))
	}
	over, ok := overflows[v.Text("overflow")]
	if !ok {
		return settings{}, fmt.Errorf("no overflow policy %q: there are block, drop-oldest, drop-newest and disconnect", v.Text("overflow"))
	}
	s := settings{
		spec:        spec,
		flush:       flush,
		buffer:      v.Int("buffer"),
		threshold:   v.Int("threshold"),
		window:      v.Duration("window"),
		message:     v.Int("message"),
		fresh:       v.Text("message_memory") == "fresh",
		saturate:    v.Text("load") == "saturate",
		broadcast:   v.Text("audience") == "broadcast",
		queue:       v.Int("queue"),
		overflow:    over,
		connections: v.Int("connections"),
		workers:     v.Int("workers"),
		patience:    v.Duration("write_deadline"),
		heartbeat:   v.Duration("heartbeat"),
		sockets: sockets{
			nodelay:      v.Bool("nodelay"),
			sndbuf:       v.Int("sndbuf"),
			notsentLowat: v.Int("notsent_lowat"),
			userTimeout:  v.Duration("user_timeout"),
			congestion:   v.Text("congestion"),
			quickack:     v.Bool("writer_quickack"),
		},
	}
	s.load = schedule.Spec{
		Process: v.Text("load"), Rate: v.Number("rate"), Size: s.message,
		Burst: v.Int("burst"), Replay: v.Text("replay"), Seed: c.Seed,
	}
	if s.load.Process == "rate" {
		s.load.Process = v.Text("arrival")
	}
	if s.threshold == 0 {
		s.threshold = s.buffer
	}
	s.inject = c.Inject
	if v.Text("flush") == "window" {
		s.window += c.Inject.Flush.Duration()
	}
	return s, nil
}
