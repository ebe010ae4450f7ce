package server

import (
	"errors"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// stepping is a clock that goes on by step at each reading.
func stepping(step int64) func() int64 {
	var t int64
	return func() int64 { t += step; return t }
}

func TestInjectedCallsComeAtTheirRate(t *testing.T) {
	extra := 0
	in := newInjection(plan.Injection{Write: 100}, func() error { extra++; return nil }, stepping(1))
	put := func([][]byte) error { return nil }
	for range 70 {
		if err := in.around(make([][]byte, 15), put); err != nil {
			t.Fatal(err)
		}
	}
	if extra != 10 { // of 1050 messages
		t.Errorf("%d more calls, not 10", extra)
	}
}

func TestInjectedWorkLastsAsLongAsAsked(t *testing.T) {
	const step = 10 // ns, of a reading
	for _, c := range []struct {
		in    plan.Injection
		batch int64 // ns that writing takes
		want  int64 // ns more, readings included
	}{
		{plan.Injection{Spin: 200e-9}, 0, 10 * 200},
		{plan.Injection{Share: 0.05}, 40_000, 2000},
		{plan.Injection{}, 40_000, 0},
	} {
		now := int64(0)
		clock := func() int64 { now += step; return now }
		in := newInjection(c.in, nil, clock)
		began := now
		if err := in.around(make([][]byte, 10), func([][]byte) error { now += c.batch; return nil }); err != nil {
			t.Fatal(err)
		}
		if got := now - began - c.batch; got < c.want-2*step || got > c.want+2*step {
			t.Errorf("%s took %v more, not %v", c.in, time.Duration(got), time.Duration(c.want))
		}
	}
}

func TestInjectionStopsAtErrors(t *testing.T) {
	broken := errors.New("broken")
	in := newInjection(plan.Injection{Write: 1}, func() error { return broken }, stepping(1))
	ok := func([][]byte) error { return nil }
	if err := in.around(make([][]byte, 1), ok); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := in.around(make([][]byte, 1), func([][]byte) error { return errOverflow }); !errors.Is(err, errOverflow) {
		t.Errorf("got %v", err)
	}
}

func TestInjectedAllocations(t *testing.T) {
	in := newInjection(plan.Injection{Alloc: 64}, nil, stepping(1))
	msgs := make([][]byte, 7)
	put := func([][]byte) error { return nil }
	if n := testing.AllocsPerRun(100, func() { _ = in.around(msgs, put) }); n != 7 {
		t.Errorf("%v allocations for 7 messages", n)
	}
}
