package sched

import (
	"math/rand/v2"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
)

// A Direction of a link.
type Direction int

// The directions, from the client's point of view.
const (
	Down Direction = iota // server to client
	Up
)

// A Scheduler decides about the packets of one direction. It is not safe for
// concurrent use.
type Scheduler struct {
	at        func(time.Duration) (*profile.Shape, time.Duration)
	origin    time.Duration // when the profile began
	rng       *rand.Rand
	losses    losses
	sinceJump int // packets since the last reordered one
	neck      bottleneck
	free      time.Duration // when the bottleneck has served all it let in
	last      time.Duration // latest delivery of those kept in order
	queue     queue
	counters  Counters
	out       [2]Delivery
}

// A Delivery is one copy of a packet that arrives.
type Delivery struct {
	At time.Duration
	// Flip is the bit of the packet to turn, or negative.
	Flip int
}

// New makes the scheduler of one direction of p, which begins at time 0.
func New(p *profile.Profile, d Direction) *Scheduler {
	s := &Scheduler{rng: rand.New(rand.NewPCG(p.Seed, uint64(d)))}
	s.at = func(t time.Duration) (*profile.Shape, time.Duration) {
		down, up, next := p.At(t)
		if d == Down {
			return down, next
		}
		return up, next
	}
	s.neck.at = s.at
	return s
}

// Begin starts the profile's moments and trace anew at now.
func (s *Scheduler) Begin(now time.Duration) {
	s.origin = now
	s.neck.trace = cursor{}
}

// Counters so far. Overrun, Sent and SentBytes are the carrier's to count.
func (s *Scheduler) Counters() Counters { return s.counters }

// Arrive takes an IP packet of size bytes at now, which never goes back, and
// returns its deliveries: none if it is lost or dropped, two if it is
// duplicated. The slice is good until the next call.
func (s *Scheduler) Arrive(now time.Duration, size int) []Delivery {
	shape, _ := s.at(now - s.origin)
	s.counters.Arrived++
	s.counters.ArrivedBytes += uint64(size + profile.HeaderBytes)
	if shape.Off {
		s.counters.Lost++
		return nil
	}
	copies := 1
	if shape.Duplicate > 0 && s.rng.Float64() < shape.Duplicate {
		copies++
		s.counters.Duplicated++
	}
	if s.losses.next(&shape.Loss, s.rng.Float64) {
		copies--
		s.counters.Lost++
	}
	out := s.out[:0]
	for range copies {
		d := Delivery{Flip: -1}
		if shape.Corrupt > 0 && s.rng.Float64() < shape.Corrupt {
			d.Flip = s.rng.IntN(size * 8)
			s.counters.Corrupted++
		}
		var ok bool
		if d.At, ok = s.deliver(shape, now, size); ok {
			out = append(out, d)
		}
	}
	return out
}

// deliver finds when a packet arrives, or that the queue is full.
func (s *Scheduler) deliver(shape *profile.Shape, now time.Duration, size int) (time.Duration, bool) {
	if s.jumps(shape) {
		s.counters.Reordered++
		return now, true
	}
	delay := max(0, shape.Delay+s.jitter(shape))
	// In order, the delay lies before the bottleneck, as in sch_netem: packets
	// queue where they meet it. Where jitter may reorder, it lies behind, or
	// the bottleneck would put them in order again.
	enters, after := now+delay, time.Duration(0)
	if shape.Jitter.Reordering {
		enters, after = now, delay
	}
	departs := max(enters, s.free)
	if shape.Rate > 0 || shape.Trace != nil {
		s.queue.forget(now)
		packets, bytes := s.queue.waiting(enters)
		frame := size + profile.HeaderBytes
		if l := shape.Limit; l.Packets > 0 && packets >= l.Packets || l.Bytes > 0 && bytes+frame > l.Bytes {
			s.counters.Dropped++
			return 0, false
		}
		departs = s.origin + s.neck.finish(departs-s.origin, size)
		s.queue.add(departs, frame)
	}
	s.free = departs
	at := departs + after
	if !shape.Jitter.Reordering {
		at = max(at, s.last)
		s.last = at
	}
	return at, true
}

// jumps decides whether a packet goes ahead of all others.
func (s *Scheduler) jumps(shape *profile.Shape) bool {
	if shape.Reorder.Share == 0 {
		return false
	}
	s.sinceJump++
	if s.sinceJump < shape.Reorder.Gap || s.rng.Float64() >= shape.Reorder.Share {
		return false
	}
	s.sinceJump = 0
	return true
}

func (s *Scheduler) jitter(shape *profile.Shape) time.Duration {
	if shape.Jitter.Spread == 0 {
		return 0
	}
	return time.Duration(float64(shape.Jitter.Spread) * Quantile(shape.Jitter.Distribution, s.open()))
}

// open draws from between 0 and 1, without the ends.
func (s *Scheduler) open() float64 { return (float64(s.rng.Uint64()>>11) + 0.5) / (1 << 53) }
