package sse

import "time"

// A Heartbeat says when a connection has been silent for long enough. Times are
// in nanoseconds of any one monotonic clock.
type Heartbeat struct {
	every int64
	due   int64
}

// NewHeartbeat asks for a sign of life after each silence of that length.
func NewHeartbeat(every time.Duration, now int64) *Heartbeat {
	h := &Heartbeat{every: int64(every)}
	h.Spoke(now)
	return h
}

// Spoke notes that something was written.
func (h *Heartbeat) Spoke(now int64) { h.due = now + h.every }

// Left is how long until a sign of life is due; it is due at 0.
func (h *Heartbeat) Left(now int64) time.Duration { return time.Duration(max(0, h.due-now)) }
