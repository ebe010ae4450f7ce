package coalesce

import (
	"runtime"
	"time"
)

// schedule sees to it that what was just buffered leaves. mu is held.
func (c *Conn) schedule() {
	switch {
	case c.flushing:
	case c.cfg.Hold:
		if !c.timing {
			c.arm()
		}
	default:
		c.flushing = true
		go c.flusher()
	}
}

// ask makes buffered bytes leave without further waiting.
func (c *Conn) ask(cause Cause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buffered() == 0 || c.asked != ByIdle {
		return
	}
	c.asked = cause
	if !c.flushing {
		c.flushing = true
		go c.flusher()
	}
}

// flusher sends until nothing is due.
func (c *Conn) flusher() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.due() {
		if c.busy {
			c.cond.Wait()
			continue
		}
		cause := c.settle()
		if c.due() && !c.busy {
			c.send(cause, nil)
		}
	}
	c.flushing = false
}

func (c *Conn) due() bool {
	return c.buffered() > 0 && !c.closed && (!c.cfg.Hold || c.asked != ByIdle)
}

// settle waits until the owner is idle and returns why it stopped waiting.
//
// A goroutine cannot see whether another has more to say, but the scheduler
// can: after Gosched everything runnable had its turn, the owner included. If
// the buffer did not grow meanwhile, the owner is blocked or busy elsewhere.
func (c *Conn) settle() Cause {
	for began := time.Now(); c.asked == ByIdle; {
		seen := c.stats.Bytes
		c.mu.Unlock()
		runtime.Gosched()
		c.mu.Lock()
		if c.stats.Bytes == seen {
			return ByIdle
		}
		if time.Since(began) >= c.cfg.Window {
			return ByWindow
		}
	}
	return c.asked
}

// arm starts the timer of Hold, early enough to leave half of the time to a
// deadline for sending. mu is held.
func (c *Conn) arm() {
	wait := c.cfg.Window
	if !c.armed.IsZero() {
		wait = min(wait, time.Until(c.armed)/2)
	}
	c.timing = true
	if c.timer == nil {
		c.timer = time.AfterFunc(wait, func() { c.ask(ByWindow) })
		return
	}
	c.timer.Reset(wait)
}

// disarm stops the timer. One that fires all the same sends early, no more.
func (c *Conn) disarm() {
	if c.timing {
		c.timing = false
		c.timer.Stop()
	}
}
