package server

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
)

// drive writes every connection's stream and ends it.
func (s *Server) drive(feeds []*feed, leave func(int, error)) {
	if s.pool != nil {
		s.pool.run(s.settings.workers)
		return
	}
	var work sync.WaitGroup
	s.crew.busy.Store(int64(len(s.writers)))
	for i, w := range s.writers {
		work.Go(func() {
			if feeds == nil {
				leave(i, w.saturate())
			} else {
				leave(i, w.pace(feeds[i]))
			}
			s.crew.busy.Add(-1)
		})
	}
	work.Wait()
}

// leave ends a connection whose writer is done. One that failed is reset, so that
// what it holds in the kernel is freed at once.
func (s *Server) leave(i int, feeds []*feed, err error) error {
	w := s.writers[i]
	if feeds != nil && feeds[i].end() && err != nil {
		err = fmt.Errorf("%w: %w", errOverflow, err)
	}
	if err != nil {
		if s.settings.patience > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			s.noticed.CompareAndSwap(0, clock.Now())
		}
		w.abandon()
		return err
	}
	return w.link.CloseWrite()
}

// finish ends the load; what was due is still sent, within the grace time.
func (s *Server) finish() {
	deadline := time.Now().Add(s.cfg.Grace.Duration())
	for _, w := range s.writers {
		_ = w.link.SetWriteDeadline(deadline)
	}
	s.crew.end()
	if s.pool != nil {
		s.pool.wakeAll()
	}
}
