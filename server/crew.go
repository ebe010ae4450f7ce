package server

import (
	"sync"
	"sync/atomic"
)

// A crew is what the writers of one server share.
type crew struct {
	busy  atomic.Int64  // writers that are at work
	state atomic.Int32  // looked at before each batch; changed under mu
	halt  chan struct{} // closed when the load is over
	mu    sync.Mutex
	moved sync.Cond // the state has changed
}

// The states of a crew. Only a saturating load can pause.
const (
	crewAtWork = iota
	crewPaused
	crewOver
)

func newCrew() *crew {
	c := &crew{halt: make(chan struct{})}
	c.moved.L = &c.mu
	return c
}

func (c *crew) move(state int32) {
	c.mu.Lock()
	c.state.Store(state)
	c.mu.Unlock()
	c.moved.Broadcast()
}

// pause lets writers stop at the end of their batch, until resume.
func (c *crew) pause() { c.move(crewPaused) }

func (c *crew) resume() { c.move(crewAtWork) }

// end ends the load.
func (c *crew) end() {
	c.move(crewOver)
	close(c.halt)
}

// over tells whether the load is over.
func (c *crew) over() bool { return c.state.Load() == crewOver }

// goOn waits while the load pauses; false is its end.
func (c *crew) goOn() bool {
	if c.state.Load() == crewAtWork {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.state.Load() == crewPaused {
		c.moved.Wait()
	}
	return c.state.Load() == crewAtWork
}
