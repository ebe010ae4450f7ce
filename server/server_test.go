package server

import (
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/strategy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs one trial of 30 ms warm-up and 50 ms window over loopback, with
// read as every client, and returns the server's record.
func serve(t *testing.T, v plan.Values, grace plan.Seconds, read func(i int, c *net.TCPConn)) Record {
	t.Helper()
	if _, ok := v["congestion"]; !ok {
		v["congestion"] = "reno" // in every kernel
	}
	s, err := New(Config{Listen: "127.0.0.1:0", Factors: v, Seed: 1, Grace: grace})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var clients sync.WaitGroup
	defer clients.Wait()
	for i := range v.Int("connections") {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		clients.Go(func() {
			defer c.Close()
			read(i, c.(*net.TCPConn))
		})
	}
	if err := s.Accept(); err != nil {
		t.Fatal(err)
	}
	begin := clock.Now() + 30e6
	rec, err := s.Run(context.Background(), child.Go{Start: begin - 30e6, Begin: begin, End: begin + 50e6, Stop: begin + 60e6})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// Every strategy delivers, under every policy it knows and every load, all that
// it says it sent, in order and unaltered.
func TestEveryStrategyDelivers(t *testing.T) {
	for _, spec := range strategy.Table {
		flushes := spec.Flush
		if len(flushes) == 0 {
			flushes = []string{"each"}
		}
		for _, flush := range flushes {
			for _, load := range []plan.Values{
				{"load": "saturate"},
				{"load": "rate", "rate": 5000.0, "arrival": "poisson"},
				{"load": "burst", "rate": 5000.0, "burst": 50.0, "audience": "broadcast"},
			} {
				t.Run(spec.Name+" "+flush+" "+load.Text("load"), func(t *testing.T) {
					v := plan.Values{"strategy": spec.Name, "flush": flush, "window": 0.002, "message": 100.0, "connections": 2.0}
					for name, x := range load {
						v[name] = x
					}
					deliver(t, v)
				})
			}
		}
	}
}

// The option that does not stick is set after each batch and counted; all arrives.
func TestWriterQuickAck(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("TCP_QUICKACK is of Linux")
	}
	v := plan.Values{"strategy": "direct", "flush": "each", "message": 100.0, "connections": 2.0, "load": "rate", "rate": 1000.0, "arrival": "constant", "writer_quickack": true}
	rec := serve(t, v, 5, func(_ int, c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
	if n := rec.Strategy["option_calls"]; n == 0 || n > float64(rec.Sent) || rec.Failed > 0 {
		t.Errorf("%v calls for %d messages; %d failed %v", n, rec.Sent, rec.Failed, rec.Errors)
	}
}

func deliver(t *testing.T, v plan.Values) {
	var mu sync.Mutex
	var got wire.Counts
	rec := serve(t, v, 5, func(_ int, c *net.TCPConn) {
		var d wire.Decoder
		b := make([]byte, 64<<10)
		for {
			n, err := c.Read(b)
			if _, err := d.Feed(b[:n], nil); err != nil {
				t.Error(err)
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
		if d.Partial() {
			t.Error("the stream ends inside a message")
		}
		mu.Lock()
		got.Add(d.Counts)
		mu.Unlock()
	})
	want := wire.Counts{Messages: rec.Sent, Bytes: rec.SentBytes}
	if got != want || rec.Sent == 0 || rec.Failed > 0 || rec.Unsent > 0 {
		t.Errorf("received %+v, want %+v; %d failed, %d unsent %v", got, want, rec.Failed, rec.Unsent, rec.Errors)
	}
	if rec.Begin.Messages > rec.End.Messages || rec.End.Messages > rec.Sent || rec.Begin.Calls > rec.End.Calls {
		t.Errorf("the window runs from %+v to %+v", rec.Begin, rec.End)
	}
}

// stopped is a reader that takes nothing until the server is done with it.
func stopped(_ int, c *net.TCPConn) {
	_ = c.SetReadBuffer(4 << 10)
	time.Sleep(300 * time.Millisecond)
}

func TestStoppedReader(t *testing.T) {
	base := plan.Values{"strategy": "direct", "message": 4096.0, "sndbuf": 4096.0, "load": "rate", "rate": 20000.0, "connections": 1.0, "queue": 8.0}
	tests := []struct {
		name  string
		set   plan.Values
		check func(Record) bool
	}{
		{"block", plan.Values{}, func(r Record) bool { return r.Cut+r.Failed == 1 && r.Unsent > 0 && r.Dropped == 0 }},
		{"drop-oldest", plan.Values{"overflow": "drop-oldest"}, func(r Record) bool { return r.Dropped > 0 && r.Unsent <= 8 }},
		{"drop-newest", plan.Values{"overflow": "drop-newest"}, func(r Record) bool { return r.Dropped > 0 && r.Unsent <= 8 }},
		{"disconnect", plan.Values{"overflow": "disconnect"}, func(r Record) bool { return r.Disconnected == 1 && r.Failed == 0 }},
		{"write deadline", plan.Values{"write_deadline": 0.02}, func(r Record) bool { return r.Disconnected == 1 && r.Failed == 0 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := plan.Values{}
			for _, from := range []plan.Values{base, tt.set} {
				for name, x := range from {
					v[name] = x
				}
			}
			if rec := serve(t, v, 0.3, stopped); !tt.check(rec) {
				t.Errorf("sent %d, dropped %d, unsent %d, disconnected %d, cut %d, failed %d %v",
					rec.Sent, rec.Dropped, rec.Unsent, rec.Disconnected, rec.Cut, rec.Failed, rec.Errors)
			}
		})
	}
}

// A reader that resets ends its own connection alone.
func TestReset(t *testing.T) {
	v := plan.Values{"strategy": "bufio", "flush": "full", "message": 64.0, "load": "saturate", "connections": 2.0}
	rec := serve(t, v, 5, func(i int, c *net.TCPConn) {
		if i == 0 {
			_ = c.SetLinger(0)
			return // closing resets
		}
		_, _ = io.Copy(io.Discard, c)
	})
	if rec.Failed != 1 {
		t.Errorf("%d failed, want 1: %v", rec.Failed, rec.Errors)
	}
}

// A peer that closes its writing half still gets the whole stream.
func TestHalfClose(t *testing.T) {
	v := plan.Values{"strategy": "direct", "message": 64.0, "load": "rate", "rate": 1000.0, "connections": 1.0}
	var got int64
	rec := serve(t, v, 5, func(_ int, c *net.TCPConn) {
		_ = c.CloseWrite()
		got, _ = io.Copy(io.Discard, c)
	})
	if want := int64(rec.Sent) * (64 + wire.PrefixSize); got != want || rec.Failed > 0 {
		t.Errorf("%d bytes, want %d; %v", got, want, rec.Errors)
	}
}

func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := New(Config{Listen: l.Addr().String(), Factors: plan.Values{}}); err == nil {
		t.Error("two servers listen on one port")
	}
}
