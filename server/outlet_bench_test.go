package server

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/strategy"
)

const benchMessage = 64

// each runs f for every strategy this system has, with an outlet that writes to
// a connection whose other end is read and thrown away.
func each(t testing.TB, run func(name string, f func(t testing.TB)), f func(t testing.TB, o *outlet, ring *wire.Ring)) {
	for _, spec := range strategy.Table {
		run(spec.Name, func(t testing.TB) {
			flush := "full"
			if !spec.Applies("flush") {
				flush = "each"
			}
			s, err := Config{Factors: plan.Values{"strategy": spec.Name, "flush": flush, "message": float64(benchMessage)}}.settings()
			if err != nil {
				t.Fatal(err)
			}
			strat, err := spec.New(strategy.NewSink(discarded(t)), strategy.Options{Buffer: s.buffer})
			if errors.Is(err, strategy.ErrNotSupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if c, ok := strat.(io.Closer); ok {
				t.Cleanup(func() { c.Close() })
			}
			f(t, newOutlet(s, strat, clock.Now), wire.NewRing(benchMessage, perTurn, true))
		})
	}
}

const perTurn = 60

// BenchmarkOutlet: ns/op and allocations are for one message.
func BenchmarkOutlet(b *testing.B) {
	run := func(name string, f func(testing.TB)) { b.Run(name, func(b *testing.B) { f(b) }) }
	each(b, run, func(t testing.TB, o *outlet, ring *wire.Ring) {
		b := t.(*testing.B)
		b.ReportAllocs()
		for n := 0; n < b.N; n += perTurn {
			if err := o.put(ring.Take(perTurn)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestOutletDoesNotAllocate(t *testing.T) {
	run := func(name string, f func(testing.TB)) { t.Run(name, func(t *testing.T) { f(t) }) }
	each(t, run, func(t testing.TB, o *outlet, ring *wire.Ring) {
		put := func() {
			if err := o.put(ring.Take(perTurn)); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 { // until every buffer has its size
			put()
		}
		if allocs := testing.AllocsPerRun(100, put); allocs != 0 && !o.spec.Allocates {
			t.Errorf("%v allocations for %d messages", allocs, perTurn)
		}
	})
}

// discarded is a connection whose other end is read without being looked at.
func discarded(tb testing.TB) *net.TCPConn {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buf := make([]byte, 256<<10); ; {
			if _, err := far.Read(buf); err != nil {
				return
			}
		}
	}()
	tb.Cleanup(func() { near.Close(); <-done; far.Close() })
	return near.(*net.TCPConn)
}
