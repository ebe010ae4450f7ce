package server

import (
	"context"
	"os"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/server/probe"
)

// What a server can look at. It costs something: no figure of speed may come from a
// trial with a look, and each look has trials of its own.
const (
	LookProbe    = "probe"    // every send, from inside the kernel
	LookTimeline = "timeline" // how the first connection stands, again and again
	LookSyscalls = "syscalls" // which system calls the server makes
)

// A Moment is how the first connection stood. Sizes are in bytes.
type Moment struct {
	Time     int64   `json:"time"` // clock.Now
	Queued   uint64  `json:"queued"`
	Size     uint64  `json:"sndbuf"`
	InFlight uint64  `json:"in_flight"`
	Unsent   uint64  `json:"unsent"`
	Cwnd     uint64  `json:"cwnd"`
	SRTT     float64 `json:"srtt_seconds"`
	// Retransmits are the segments sent again since the connection began.
	Retransmits uint64 `json:"retransmits"`
}

// moments is how many of them a window has.
const moments = 400

// A Look is what a server saw by its own look.
type Look struct {
	Report   *probe.Report   `json:"report,omitempty"`   // of the whole trial
	Syscalls *probe.Syscalls `json:"syscalls,omitempty"` // of the whole trial
	Profile  *Profile        `json:"profile,omitempty"`  // of the window
	Timeline []Moment        `json:"timeline,omitempty"` // of the window
}

// look begins to look, before any connection is there.
func (s *Server) look() (err error) {
	switch s.cfg.Look {
	case LookProbe:
		s.probe, err = probe.Open(probe.Options{PID: os.Getpid(), Conns: s.conns})
	case LookSyscalls: // where they cannot be counted, the look says so
		s.syscalls, s.uncounted = probe.CountSyscalls(os.Getpid())
	}
	return err
}

// unlook ends what look began.
func (s *Server) unlook() {
	if s.probe != nil {
		_ = s.probe.Close()
	}
	if s.syscalls != nil {
		_ = s.syscalls.Close()
	}
}

// called is what was counted of system calls, or why nothing was.
func (s *Server) called() (probe.Syscalls, error) {
	if s.uncounted != nil {
		return probe.RefusedSyscalls(s.uncounted), nil
	}
	return s.syscalls.Report()
}

// conns lists the connections once all are open.
func (s *Server) conns() (all []syscall.Conn) {
	if !s.opened.Load() {
		return nil
	}
	for _, w := range s.writers {
		all = append(all, w.conn)
	}
	return all
}

// looked is what was seen; nil if nobody looked.
func (s *Server) looked(timeline []Moment, profile *Profile) (*Look, error) {
	if s.cfg.Look == "" {
		return nil, nil
	}
	look := &Look{Timeline: timeline, Profile: profile}
	switch s.cfg.Look {
	case LookProbe:
		r, err := s.probe.Report()
		look.Report = &r
		return look, err
	case LookSyscalls:
		calls, err := s.called()
		look.Syscalls = &calls
		return look, err
	}
	return look, nil
}

// watch notes within the window how the first connection stands.
func (s *Server) watch(ctx context.Context, times child.Go) (line []Moment) {
	if s.cfg.Look != LookTimeline || len(s.writers) == 0 {
		return nil
	}
	every := max(time.Millisecond, time.Duration(times.End-times.Begin)/moments)
	clock.Wait(ctx, times.Begin)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for ctx.Err() == nil && clock.Now() < times.End {
		c, ok := probe.Look(s.writers[0].conn)
		if !ok {
			break // closed
		}
		line = append(line, Moment{
			clock.Now(), c.Buffer.Queued, c.Buffer.Size, c.Path.InFlight, c.Path.Unsent, c.Path.Cwnd * c.Path.MSS, c.Path.SRTT, c.Path.Retransmits,
		})
		<-tick.C
	}
	return line
}
