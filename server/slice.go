package server

import (
	"context"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/usage"
)

// A Slice is what a server did in the slice of one turn.
type Slice struct {
	Begin Mark `json:"begin"`
	End   Mark `json:"end"`
}

// A Mark is the state at an edge of a slice: of a Snapshot what is cheap to read.
type Mark struct {
	Time     int64   `json:"time"` // clock.Now
	Messages uint64  `json:"messages"`
	Calls    uint64  `json:"calls"`
	CPU      float64 `json:"cpu_seconds"`
	Segments *uint64 `json:"segments,omitempty"` // with data; nil where that is dear or not told
}

// markedSockets is how many connections are asked for their segments at each
// edge: each takes a system call.
const markedSockets = 16

// turns lets the load run in turns and marks their slices.
func (s *Server) turns(ctx context.Context, turns []child.Turn) (out []Slice) {
	for _, t := range turns {
		clock.Wait(ctx, t.Start)
		s.crew.resume()
		clock.Wait(ctx, t.Begin)
		begin := s.mark()
		clock.Wait(ctx, t.End)
		out = append(out, Slice{begin, s.mark()})
		s.crew.pause()
	}
	return out
}

func (s *Server) mark() Mark {
	m := Mark{Segments: s.segments()}
	for _, w := range s.writers {
		m.Messages += w.counts.messages.Load()
		m.Calls += w.counts.calls.Load()
	}
	m.CPU = usage.CPU()
	m.Time = clock.Now()
	return m
}

// segments sums over the connections; nil where that is dear or not told.
func (s *Server) segments() *uint64 {
	if len(s.writers) > markedSockets {
		return nil
	}
	var sum uint64
	for _, w := range s.writers {
		info := w.tcpInfo()
		if info == nil {
			return nil
		}
		sum += info.DataSegments
	}
	return &sum
}
