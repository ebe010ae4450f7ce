package server

import (
	"io"
	"net"
	"testing"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
)

// A load in turns runs in each of them, and delivers all it sent.
func TestTurns(t *testing.T) {
	v := plan.Values{"strategy": "bufio", "flush": "full", "message": 100.0, "load": "saturate", "connections": 2.0, "congestion": "reno"}
	s, err := New(Config{Listen: "127.0.0.1:0", Factors: v, Seed: 1, Grace: 5, Inject: plan.Injection{Write: 100}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	received := make(chan uint64, 2)
	for range 2 {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer c.Close()
			var d wire.Decoder
			b := make([]byte, 64<<10)
			for {
				n, err := c.Read(b)
				if _, bad := d.Feed(b[:n], nil); bad != nil || err == io.EOF {
					received <- d.Counts.Messages
					return
				}
			}
		}()
	}
	if err := s.Accept(); err != nil {
		t.Fatal(err)
	}
	now := clock.Now()
	const ms = 1e6
	times := child.Go{Start: now, Begin: now + 12*ms, End: now + 90*ms, Stop: now + 95*ms, Turns: []child.Turn{{Start: now, Begin: now + 10*ms, End: now + 10*ms}}}
	for at := times.Begin; at < times.End-20*ms; at += 20 * ms {
		times.Turns = append(times.Turns, child.Turn{Start: at, Begin: at + 2*ms, End: at + 10*ms})
	}
	rec, err := s.Run(t.Context(), times)
	if err != nil {
		t.Fatal(err)
	}
	if n := <-received + <-received; n != rec.Sent || rec.Failed > 0 {
		t.Errorf("%d of %d messages arrived; %d connections failed: %v", n, rec.Sent, rec.Failed, rec.Errors)
	}
	if len(rec.Slices) != len(times.Turns)-1 {
		t.Fatalf("%d slices of %d turns", len(rec.Slices), len(times.Turns)-1)
	}
	// How much one holds is the machine's affair; that they follow each other is not.
	var last Mark
	for i, s := range rec.Slices {
		for _, m := range []Mark{s.Begin, s.End} {
			if m.Time < last.Time || m.Messages < last.Messages || m.Calls < last.Calls || m.CPU < last.CPU {
				t.Errorf("slice %d: %+v after %+v", i, m, last)
			}
			last = m
		}
	}
	if last.Messages == 0 || last.Messages > rec.Sent {
		t.Errorf("the slices end with %d of %d messages", last.Messages, rec.Sent)
	}
}

func TestCrewPauses(t *testing.T) {
	c := newCrew()
	c.pause()
	went := make(chan bool)
	go func() { went <- c.goOn() }()
	c.resume()
	if !<-went {
		t.Error("a crew that was resumed is over")
	}
	c.pause()
	go func() { went <- c.goOn() }()
	c.end()
	if <-went {
		t.Error("a crew whose load ended in a pause goes on")
	}
}
