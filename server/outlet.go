package server

import (
	"errors"
	"time"

	"github.com/pushbench/pushbench/internal/schedule"
	"github.com/pushbench/pushbench/server/sse"
	"github.com/pushbench/pushbench/server/strategy"
)

// maxGather is how many messages one gathered write holds at most: IOV_MAX.
const maxGather = 1024

// An outlet hands messages to a strategy and applies the flush policy.
type outlet struct {
	settings
	strat   strategy.Strategy
	flusher strategy.Flusher // nil if the strategy holds nothing back
	limit   int              // bytes that a window and gathering hold at most
	now     func() int64

	beats *sse.Heartbeat // nil where silence is of no matter
	beat  func() error   // writes a sign of life

	gathered [][]byte // of a strategy that gathers, in order
	bytes    int      // gathered
	// deadline is when flushWindow must flush, Never if nothing is held; the first
	// write after it flushes under flushNextWrite.
	deadline int64
}

func newOutlet(s settings, strat strategy.Strategy, now func() int64) *outlet {
	o := &outlet{settings: s, strat: strat, limit: s.buffer, now: now, deadline: schedule.Never}
	o.flusher, _ = strat.(strategy.Flusher)
	if s.flush.timed() {
		o.limit = s.threshold
	}
	o.rewind()
	return o
}

// put hands over msgs. A strategy that gathers keeps them until it flushes.
func (o *outlet) put(msgs [][]byte) error {
	switch {
	case o.spec.Gathers && o.fills(msgs):
		return o.strat.WriteBatch(msgs)
	case o.spec.Gathers:
		return o.gather(msgs)
	case o.flusher == nil || o.flush == flushFull || o.flush == flushIdle:
		return o.strat.WriteBatch(msgs)
	case o.flush == flushEach:
		return o.putEach(msgs)
	}
	return o.putWindow(msgs)
}

func (o *outlet) putEach(msgs [][]byte) error {
	for i := range msgs {
		if err := o.strat.WriteBatch(msgs[i : i+1]); err != nil {
			return err
		}
		if err := o.flusher.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (o *outlet) putWindow(msgs [][]byte) error {
	now := o.now()
	for i, m := range msgs {
		before := o.flusher.Buffered()
		if err := o.strat.WriteBatch(msgs[i : i+1]); err != nil {
			return err
		}
		held := o.flusher.Buffered()
		if before == 0 || held < before+len(m) { // it wrote by itself: what is left is this message's
			o.hold(now)
		}
		if held >= o.limit || now >= o.deadline {
			if err := o.emit(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *outlet) gather(msgs [][]byte) error {
	now := int64(0)
	if o.flush.timed() {
		now = o.now()
	}
	for _, m := range msgs {
		if len(o.gathered) > 0 && (o.bytes+len(m) > o.limit || len(o.gathered) == maxGather) {
			if err := o.emit(); err != nil {
				return err
			}
		}
		if len(o.gathered) == 0 {
			o.hold(now)
		}
		o.gathered = append(o.gathered, m)
		o.bytes += len(m)
		if o.flush == flushEach {
			if err := o.emit(); err != nil {
				return err
			}
		}
	}
	if now >= o.deadline {
		return o.emit()
	}
	return nil
}

// hold notes when the first byte began to wait.
func (o *outlet) hold(now int64) {
	if o.flush == flushWindow {
		o.deadline = now + int64(o.window)
	}
}

// rewind begins anew after a flush.
func (o *outlet) rewind() {
	o.deadline = schedule.Never
	if o.flush == flushNextWrite {
		o.deadline = o.now() + int64(o.window)
	}
}

// held tells whether a flush would write something.
func (o *outlet) held() bool {
	return len(o.gathered) > 0 || (o.flusher != nil && o.flusher.Buffered() > 0)
}

// emit writes everything held.
func (o *outlet) emit() error {
	o.rewind()
	if o.spec.Gathers {
		if len(o.gathered) == 0 {
			return nil
		}
		err := o.strat.WriteBatch(o.gathered)
		o.gathered, o.bytes = o.gathered[:0], 0
		return err
	}
	if o.flusher != nil {
		return o.flusher.Flush()
	}
	return nil
}

// wait is called when no message waits. It does what is due and returns how long
// the next message may be awaited; negative is for ever.
func (o *outlet) wait() (time.Duration, error) {
	d, err := o.flushDue()
	if err != nil || o.beats == nil {
		return d, err
	}
	if o.beats.Left(o.now()) == 0 {
		o.beats.Spoke(o.now())
		if err := errors.Join(o.beat(), o.emit()); err != nil {
			return 0, err
		}
		d = -1
	}
	if left := o.beats.Left(o.now()); d < 0 || left < d {
		d = left
	}
	return d, nil
}

// flushDue flushes if the policy says so and returns when it will; negative is
// never.
func (o *outlet) flushDue() (time.Duration, error) {
	if o.flush == flushIdle && o.held() {
		return -1, o.emit()
	}
	if o.deadline == schedule.Never || o.flush == flushNextWrite {
		return -1, nil
	}
	left := time.Duration(o.deadline - o.now())
	if left > 0 {
		return left, nil
	}
	return -1, o.emit()
}

// fills tells whether msgs are just what one gathered write takes, so that they
// need not be gathered first.
func (o *outlet) fills(msgs [][]byte) bool {
	if o.flush != flushFull || len(o.gathered) > 0 || len(msgs) > maxGather {
		return false
	}
	n := 0
	for _, m := range msgs {
		n += len(m)
	}
	return n <= o.limit && (len(msgs) == maxGather || n+len(msgs[len(msgs)-1]) > o.limit)
}
