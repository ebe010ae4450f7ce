package server

import (
	"github.com/pushbench/pushbench/internal/plan"
)

// An injection makes one writer slower, or dearer, in a known way.
type injection struct {
	plan.Injection
	spin  int64        // nanoseconds a message
	look  int64        // nanoseconds that reading the clock takes
	extra func() error // one more write call
	now   func() int64
	since int // messages since the last one
	kept  [keptAllocs][]byte
	next  int // of kept
}

// keptAllocs is how many allocations stay reachable, so that the compiler must
// make them.
const keptAllocs = 64

func newInjection(in plan.Injection, extra func() error, now func() int64) *injection {
	return &injection{Injection: in, spin: int64(in.Spin.Duration()), look: reading(now), extra: extra, now: now}
}

// reading is what one reading of a clock takes, in nanoseconds.
func reading(now func() int64) int64 {
	const readings = 1000
	began := now()
	for range readings {
		now()
	}
	return (now() - began) / readings
}

// around writes a batch and does what was asked for beyond it.
func (in *injection) around(msgs [][]byte, write func([][]byte) error) error {
	began := int64(0)
	if in.Share > 0 {
		began = in.now()
	}
	if err := write(msgs); err != nil {
		return err
	}
	in.work(len(msgs), began)
	if in.Alloc > 0 {
		for range msgs {
			in.kept[in.next] = make([]byte, in.Alloc)
			in.next = (in.next + 1) % keptAllocs
		}
	}
	if in.Write == 0 {
		return nil
	}
	for in.since += len(msgs); in.since >= in.Write; in.since -= in.Write {
		if err := in.extra(); err != nil {
			return err
		}
	}
	return nil
}

// work spins for n messages at once: one alone may be shorter than a reading of
// the clock. What the readings take is part of it.
func (in *injection) work(n int, began int64) {
	if in.spin == 0 && in.Share == 0 {
		return
	}
	now := in.now()
	until := now + int64(n)*in.spin - in.look
	if in.Share > 0 {
		until += int64(in.Share*float64(now-began)) - in.look
	}
	for now < until {
		now = in.now()
	}
}
