package observe

import (
	"time"

	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/offset"
)

// A Stream is what one reader gets, over all its connections. The bytes of one
// read are taken by Begin, Message for each message they completed, and End.
type Stream struct {
	o        *Observer
	shard    *shard
	last     int64 // arrival before, or when the first connection was open; 0 before
	sequence sequence
	ignored  Order // before the window

	mono, wall int64 // of the read at hand
	counts     bool  // it is in the window
	clocks     *offset.Estimate
}

// Opened tells that a connection was made, at first or anew.
func (s *Stream) Opened() {
	if s.last == 0 {
		s.last, _ = s.o.now()
	}
	s.sequence.fresh = s.sequence.begun
}

// Begin takes the time of a read.
func (s *Stream) Begin() {
	s.mono, s.wall = s.o.now()
	s.counts = s.mono >= s.o.cfg.Begin
	s.clocks = s.o.clocks.Load()
	s.shard.Lock()
}

// End ends what Begin began.
func (s *Stream) End() { s.shard.Unlock() }

// Message takes one message, which it does not keep.
func (s *Stream) Message(msg []byte) {
	order := &s.ignored
	if s.counts {
		order = &s.shard.Order
		s.shard.Messages++
		s.shard.Bytes += uint64(len(msg))
		s.gap()
		s.time(msg)
	}
	s.last = s.mono
	if s.o.cfg.Number == nil {
		return
	}
	n, err := s.o.cfg.Number(msg)
	switch {
	case err == nil || err == errUntimed: //nolint:errorlint // never wrapped, and this is for each message
		s.sequence.take(n, order)
	case s.counts:
		s.shard.Unnumbered++
	}
}

func (s *Stream) gap() {
	if s.last == 0 {
		return
	}
	gap := s.mono - max(s.last, s.o.cfg.Begin)
	hist.Record(s.shard.gaps, gap)
	s.stall(time.Duration(gap))
}

func (s *Stream) stall(gap time.Duration) {
	s.shard.LongestGap = max(s.shard.LongestGap, gap)
	if gap > s.o.cfg.Stall {
		s.shard.Stalls++
	}
}

// Ended tells at the end of the measurement that nothing more came: a silence
// that lasts is a stall as well, though not a gap between messages.
func (s *Stream) Ended() {
	now, _ := s.o.now()
	if s.last == 0 || now < s.o.cfg.Begin {
		return
	}
	s.shard.Lock()
	defer s.shard.Unlock()
	s.stall(time.Duration(now - max(s.last, s.o.cfg.Begin)))
}

// time records the latency of a message.
func (s *Stream) time(msg []byte) {
	if s.o.cfg.Stamp.Read == nil {
		return
	}
	sent, err := s.o.cfg.Stamp.Read(msg)
	if err != nil {
		s.shard.Unstamped++
		return
	}
	now, bound := s.mono, int64(0)
	switch {
	case s.clocks != nil:
		sent, bound = s.clocks.Local(sent)
		s.shard.bound = max(s.shard.bound, bound)
	case s.o.cfg.Stamp.Clock == offset.Wall:
		now = s.wall
	}
	if now < sent-bound {
		s.shard.Early++
	}
	hist.Record(s.shard.latency, now-sent)
}
