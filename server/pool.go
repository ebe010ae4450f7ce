package server

import (
	"sync"
	"sync/atomic"
	"time"
)

// A pool is a number of goroutines that write for all connections, one batch at a
// time. A writer that is blocked in a call holds its worker.
type pool struct {
	jobs  []*job
	ready chan *job
	open  sync.WaitGroup // jobs that are not over
	busy  *atomic.Int64
	leave func(i int, err error) // ends the connection of a job
}

// A job is one connection's writer. It is in the hands of one worker at most.
type job struct {
	index  int
	pool   *pool
	writer *writer
	feed   *feed
	state  atomic.Int32
	timer  *time.Timer
}

// The states of a job.
const (
	jobIdle    = iota
	jobReady   // it waits for a worker
	jobRunning // a worker has it
	jobAgain   // a worker has it, and something became due meanwhile
	jobOver
)

// newPool is called before anything is due.
func newPool(writers []*writer, feeds []*feed, busy *atomic.Int64, leave func(int, error)) *pool {
	p := &pool{ready: make(chan *job, len(writers)), busy: busy, leave: leave, jobs: make([]*job, len(writers))}
	for i, w := range writers {
		j := &job{index: i, pool: p, writer: w, feed: feeds[i]}
		j.timer = time.AfterFunc(time.Hour, j.wake)
		j.timer.Stop()
		feeds[i].notify = j.wake
		p.jobs[i] = j
	}
	return p
}

// run returns when every job is over.
func (p *pool) run(workers int) {
	p.open.Add(len(p.jobs))
	var work sync.WaitGroup
	for range workers {
		work.Go(func() {
			for j := range p.ready {
				p.busy.Add(1)
				j.run()
				p.busy.Add(-1)
			}
		})
	}
	p.wakeAll()
	p.open.Wait()
	close(p.ready) // a job that is over is never ready again
	work.Wait()
}

// wakeAll lets every job look for what it must do.
func (p *pool) wakeAll() {
	for _, j := range p.jobs {
		j.wake()
	}
}

// wake makes the job ready. Any goroutine may call it.
func (j *job) wake() {
	for {
		switch s := j.state.Load(); s {
		case jobIdle:
			if j.state.CompareAndSwap(s, jobReady) {
				j.pool.ready <- j // it has room for every job
				return
			}
		case jobRunning:
			if j.state.CompareAndSwap(s, jobAgain) {
				return
			}
		default:
			return
		}
	}
}

// run gives the job one turn.
func (j *job) run() {
	j.state.Store(jobRunning)
	w := j.writer
	more, err := w.turn(j.feed)
	wait := time.Duration(-1)
	if err == nil && !w.done && !more {
		wait, err = w.pause(j.feed)
	}
	if err != nil || w.done {
		j.timer.Stop()
		j.state.Store(jobOver)
		j.pool.leave(j.index, err)
		j.pool.open.Done()
		return
	}
	if wait >= 0 {
		j.timer.Reset(wait)
	}
	if more || !j.state.CompareAndSwap(jobRunning, jobIdle) {
		j.state.Store(jobReady)
		j.pool.ready <- j
	}
}
