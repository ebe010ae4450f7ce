package coalesce

import (
	"runtime"
	"time"
)

// schedule sees to it that what was just buffered leaves. mu is held.
func (c *Conn) schedule() {
	switch {
	case c.cfg.Hold:
		if !c.timing {
			c.arm()
		}
	case !c.flushing:
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

// An owner that runs on another core is not waited for longer than about the
// cost of the call that its next bytes would save: quietTime, or quietTurns
// where the clock does not move (testing/synctest).
const (
	quietTime  = 5 * time.Microsecond
	quietTurns = 16
)

// settle waits until the owner is idle and returns why it stopped waiting.
//
// A goroutine cannot see whether another has more to say, but the scheduler
// can: after Gosched everything runnable had its turn, the owner included. On a
// busy machine one such turn takes longer than quietTime; on an idle one they
// cost nobody anything. mu is held, but for the turns.
func (c *Conn) settle() Cause {
	began := time.Now()
	quiet, turns := began, 0
	for c.asked == ByIdle {
		seen := c.stats.Bytes
		c.mu.Unlock()
		runtime.Gosched()
		c.mu.Lock()
		now := time.Now()
		switch turns++; {
		case now.Sub(began) >= c.cfg.Window:
			return ByWindow
		case c.stats.Bytes != seen:
			quiet, turns = now, 0
		case now.Sub(quiet) >= quietTime || turns >= quietTurns:
			return ByIdle
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
