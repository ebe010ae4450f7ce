package probe

import (
	"sync"
	"time"
)

// sampler looks at connections again and again, in place of counting what they do.
type sampler struct {
	look func() ([]Conn, error) // what it returns holds until the next look
	free func() error

	mu    sync.Mutex // held while looking, too
	conns map[uint64]*sampled
	last  time.Time
	err   error // of the last look

	stop chan struct{}
	done sync.WaitGroup
}

// sampled is what many looks at one connection make.
type sampled struct {
	Conn
	retransmits, dataSegments, bytes uint64 // before the probe was opened
	seen                             time.Time
}

// sampleEvery is how often sampling looks unless told otherwise. At 10 ms a program of
// one busy thread sent 1 % less, as each look has to push it aside.
const sampleEvery = 50 * time.Millisecond

// pause is how long sampling waits after a look that took so long: looks take at most
// a four-hundredth of the time of one processor, however many connections there are.
func pause(every, took time.Duration) time.Duration { return max(every, 400*took) }

// startSampler looks once, so that what does not work is said at once.
func startSampler(every time.Duration, look func() ([]Conn, error), free func() error) (source, error) {
	s := &sampler{look: look, free: free, conns: map[uint64]*sampled{}, stop: make(chan struct{})}
	began := time.Now()
	s.step(began)
	if s.err != nil {
		return nil, s.err
	}
	if every == 0 {
		every = sampleEvery
	}
	first := pause(every, time.Since(began))
	s.done.Go(func() {
		timer := time.NewTimer(first)
		defer timer.Stop()
		for {
			select {
			case <-s.stop:
				return
			case began := <-timer.C:
				s.step(time.Now())
				timer.Reset(pause(every, time.Since(began)))
			}
		}
	})
	return s, nil
}

func (s *sampler) step(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conns, err := s.look()
	s.err = err
	for _, c := range conns {
		s.add(c, now)
	}
	s.last = now
}

// add takes one look into account. The time since the last one counts at the
// level that is found now.
func (s *sampler) add(c Conn, now time.Time) {
	b := &c.Buffer
	if b.Size > 0 {
		b.MaxLevel = float64(b.Queued) / float64(b.Size)
	}
	b.MaxQueued, b.MaxAllocated = b.Queued, b.Allocated
	c.Path.MaxInFlight, c.Path.MaxUnsent = c.Path.InFlight, c.Path.Unsent
	had := s.conns[c.ID]
	if had == nil {
		had = &sampled{Conn: c, seen: now}
		if s.last.IsZero() { // what the first look finds was there before
			had.retransmits, had.dataSegments, had.bytes = c.Path.Retransmits, c.Path.DataSegments, c.Bytes
		}
		s.conns[c.ID] = had
		return
	}
	old := had.Conn
	b.Levels = old.Buffer.Levels
	b.Levels.spend(b.Queued, b.Size, int64(now.Sub(had.seen)))
	b.MaxLevel = max(b.MaxLevel, old.Buffer.MaxLevel)
	b.MaxQueued = max(b.MaxQueued, old.Buffer.MaxQueued)
	b.MaxAllocated = max(b.MaxAllocated, old.Buffer.MaxAllocated)
	c.Path.MaxInFlight = max(c.Path.MaxInFlight, old.Path.MaxInFlight)
	c.Path.MaxUnsent = max(c.Path.MaxUnsent, old.Path.MaxUnsent)
	had.Conn, had.seen = c, now
}

// read returns every connection; those that the last look did not find are closed.
func (s *sampler) read() (Reading, error) {
	s.step(time.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Reading{Time: s.last}
	for id, had := range s.conns {
		c := had.Conn
		c.Path.Retransmits -= had.retransmits
		c.Path.DataSegments -= had.dataSegments
		c.Bytes -= had.bytes
		if c.Closed = had.seen.Before(s.last); c.Closed {
			delete(s.conns, id)
		}
		r.Conns = append(r.Conns, c)
	}
	return r, s.err
}

func (s *sampler) close() error {
	close(s.stop)
	s.done.Wait()
	return s.free()
}
