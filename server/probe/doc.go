// Package probe looks at TCP sends from inside the kernel: what each call handed
// over, what the kernel made of it, and how full the send buffer stood. It counts
// in the kernel (BPF) where the machine lets it, and samples TCP_INFO and
// SO_MEMINFO elsewhere. What a mechanism cannot tell is missing with a reason,
// never 0.
package probe

import (
	"errors"
	"syscall"
	"time"
)

// ErrNotSupported reports a system that tells nothing of its connections.
var ErrNotSupported = errors.New("only Linux tells what becomes of a send")

// ErrNoProcess reports a process that is not there, or not any more.
var ErrNoProcess = errors.New("there is no such process")

// Options say whose connections are looked at.
type Options struct {
	// PID is a process, as this process numbers it. What it starts from now on is
	// looked at too; what it had started before is not.
	PID int
	// ChildrenOnly leaves the process itself out.
	ChildrenOnly bool
	// Conns, if not nil, lists the connections of this process to be sampled where
	// BPF cannot be had: asking them is far cheaper than listing the system's.
	Conns func() []syscall.Conn
	// Mechanism names one of Mechanisms; "" takes the first that works here.
	Mechanism string
	// MaxConns is how many connections are kept at once; 0 is 65536. What is sent on
	// others counts in Lost.
	MaxConns int
	// Every is how often sampling looks at most; 0 is every 50 ms. It looks more
	// seldom where looks would take more than a four-hundredth of the time.
	Every time.Duration
}

// A Probe looks until it is closed. One goroutine uses it.
type Probe struct {
	// Mechanism is how it looks: one of Mechanisms.
	Mechanism string
	// Refused says why each mechanism that would have told more does not work.
	Refused []Refusal
	// Missing maps each figure that Mechanism cannot tell to the reason.
	Missing map[string]string
	source  source
}

// A Refusal is a mechanism that does not work here.
type Refusal struct{ Mechanism, Reason string }

// A Reading is what was seen since the probe was opened.
type Reading struct {
	Time  time.Time
	Conns []Conn // those closed since the last reading are in it for the last time
	Lost  Lost
}

// Lost counts what a probe saw and could not keep.
type Lost struct {
	Sends  uint64 `json:"sends"`  // on connections beyond what its table holds
	Forks  uint64 `json:"forks"`  // processes that were started and are not looked at
	Missed uint64 `json:"missed"` // runs of its programs that the kernel left out
}

// Any tells whether anything was lost.
func (l Lost) Any() bool { return l != Lost{} }

// source is one mechanism at work.
type source interface {
	read() (Reading, error)
	close() error
}

// Read returns everything seen so far.
func (p *Probe) Read() (Reading, error) { return p.source.read() }

// Close stops looking.
func (p *Probe) Close() error { return p.source.close() }
