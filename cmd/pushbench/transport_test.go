package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/server"
	"github.com/pushbench/pushbench/server/strategy"
	"github.com/pushbench/pushbench/server/transport"
)

// both runs a trial of both sides in this process.
func both(t *testing.T, v plan.Values, window time.Duration) (server.Record, loadgen.Record) {
	t.Helper()
	s, err := server.New(server.Config{Listen: "127.0.0.1:0", Factors: v, Seed: 1, Grace: 10})
	if errors.Is(err, strategy.ErrNotSupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var accepted errgroup.Group
	accepted.Go(s.Accept)
	g, err := loadgen.New(t.Context(), loadgen.Config{Target: s.Addr(), Certificate: s.Certificate(), Factors: v, Grace: 10})
	if err := errors.Join(err, accepted.Wait()); err != nil {
		if g != nil {
			g.Close()
		}
		if errors.Is(err, strategy.ErrNotSupported) {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	defer g.Close()
	start := clock.Now()
	times := child.Go{Start: start, Begin: start + int64(window)/4, End: start + int64(window), Stop: start + int64(window)*5/4}
	var srv server.Record
	var gen loadgen.Record
	var work errgroup.Group
	work.Go(func() (err error) { srv, err = s.Run(context.Background(), times); return err })
	work.Go(func() (err error) { gen, err = g.Run(context.Background(), times); return err })
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	return srv, gen
}

// whole reports everything that a trial without faults has not.
func whole(t *testing.T, srv server.Record, gen loadgen.Record) {
	t.Helper()
	got := gen.Received
	if srv.Sent == 0 || got.Messages != srv.Sent || got.Bytes != srv.SentBytes || got.Lost+got.Reordered+got.Corrupt > 0 {
		t.Errorf("sent %d messages, %d B; received %+v", srv.Sent, srv.SentBytes, got)
	}
	if srv.Failed+gen.Failed+srv.Cut > 0 || srv.Unsent > 0 {
		t.Errorf("server: %d failed, %d cut, %d unsent %v; generator: %d failed %v", srv.Failed, srv.Cut, srv.Unsent, srv.Errors, gen.Failed, gen.Errors)
	}
}

// transportCells visits every combination of transport, TLS, strategy and flush
// policy that is not refused.
func transportCells(visit func(name string, v plan.Values)) {
	for _, tr := range transport.Table {
		for _, tls := range []string{"none", "above", "below"} {
			for _, s := range strategy.Table {
				for _, flush := range []string{"each", "full", "idle", "window"} {
					if flush != "each" && !s.Applies("flush") && !tr.Holds {
						continue
					}
					v := plan.Values{
						"transport": tr.Name, "tls": tls, "strategy": s.Name, "flush": flush,
						"message": 100.0, "connections": 2.0, "congestion": "reno", "window": 0.002,
					}
					if s.Gathers && tr.Keeps != nil {
						v["ws_prepared"], v["audience"], v["load"] = true, "broadcast", "rate"
					}
					if _, what := transport.Refuse(v); what == "" {
						visit(fmt.Sprintf("%s %s %s %s", tr.Name, tls, s.Name, flush), v)
					}
				}
			}
		}
	}
}

// Over every transport, each strategy delivers under every flush policy all that
// it says it sent, in order and unaltered, and ends the stream as it should.
func TestEveryTransportDelivers(t *testing.T) {
	defer goleak.VerifyNone(t)
	loads := []plan.Values{
		// Small and uneven sends with MSG_ZEROCOPY over loopback shrink the reader's
		// window below one segment of 64 KiB; what is left in a large send buffer
		// then takes 200 ms for every window.
		{"load": "saturate", "sndbuf": 65536.0},
		{"load": "rate", "rate": 4000.0, "arrival": "poisson", "audience": "broadcast"},
	}
	cells := 0
	t.Run("cells", func(t *testing.T) { // which ends when all of them have
		transportCells(func(name string, v plan.Values) {
			for _, load := range loads {
				if v["ws_prepared"] == true && load["load"] == "saturate" {
					continue
				}
				cells++
				v := maps.Clone(v)
				maps.Copy(v, load)
				t.Run(name+" "+load.Text("load"), func(t *testing.T) {
					t.Parallel()
					var srv server.Record
					var gen loadgen.Record
					// A hundred others run beside it: a writer may get no turn in a short window.
					for window := 40 * time.Millisecond; srv.Sent == 0 && window <= 4*time.Second; window *= 10 {
						srv, gen = both(t, v, window)
					}
					whole(t, srv, gen)
					// A slow machine may not be done with the first batch when the window ends.
					if encrypted := v.Text("tls") != "none"; srv.End.Messages > 0 && encrypted != (srv.End.Records > 0) {
						t.Errorf("%d records", srv.End.Records)
					}
					checkFrames(t, v.Text("transport"), gen.Frames, srv.Sent)
				})
			}
		})
	})
	if cells < 150 {
		t.Errorf("%d cells were tried", cells)
	}
}

// checkFrames holds the frames of a trial against its messages, of 100 B each.
func checkFrames(t *testing.T, transport string, frames, messages uint64) {
	t.Helper()
	ok := frames == 0
	switch transport {
	case "ws", "h2push":
		ok = frames == messages
	case "h2":
		ok = frames > 0 && frames <= 2*messages
	}
	if !ok {
		t.Errorf("%s: %d frames for %d messages", transport, frames, messages)
	}
}

// What a transport has of its own works, too, with sizes that its buffers do not
// hold and readers of every size.
func TestTransportFactors(t *testing.T) {
	defer goleak.VerifyNone(t)
	t.Run("cells", func(t *testing.T) {
		for _, set := range []plan.Values{
			{"transport": "ws", "ws_prepared": true, "audience": "broadcast"},
			{"transport": "ws", "ws_pool": true},
			{"transport": "ws", "deflate": true},
			{"transport": "ws", "deflate": true, "ws_prepared": true, "audience": "broadcast", "tls": "below"},
			{"transport": "sse", "heartbeat": 0.001},
			{"transport": "sse", "heartbeat": 0.001, "tls": "above"},
			{"transport": "h2"},
			{"transport": "h2", "h2_window": 1000.0},
			{"transport": "h2", "h2_window": 1000.0, "tls": "below"},
			{"transport": "h2push"},
			{"transport": "h2push", "tls": "above"},
			{"transport": "h2push", "h2_window": 1000.0},
			{"transport": "h2push", "audience": "broadcast"},
			{"transport": "h2", "read_size": 3.0},
			{"transport": "h2push", "read_size": 3.0},
			{"transport": "ws", "read_size": 3.0},
			{"transport": "sse", "read_size": 3.0},
			{"transport": "tcp", "tls": "below", "read_size": 3.0},
		} {
			for _, size := range []float64{32, 2000, 70000} {
				v := plan.Values{"strategy": "bufio", "flush": "idle", "message": size, "connections": 3.0, "congestion": "reno", "load": "rate", "rate": 200.0}
				maps.Copy(v, set)
				t.Run(v.ID(), func(t *testing.T) {
					t.Parallel()
					srv, gen := both(t, v, 60*time.Millisecond)
					whole(t, srv, gen)
				})
			}
		}
	})
}

// A slow reader is slow on every transport: it takes what its rate allows, and the
// others all.
func TestSlowReadersOfTransports(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, set := range []plan.Values{
		{"transport": "sse"},
		{"transport": "ws"},
		{"transport": "ws", "tls": "below"},
		{"transport": "sse", "tls": "above"},
		{"transport": "h2"},
		{"transport": "h2", "tls": "below"},
		{"transport": "h2push"},
		{"transport": "h2push", "tls": "above"},
	} {
		v := plan.Values{
			"strategy": "bufio", "flush": "idle", "message": 4096.0, "connections": 2.0, "congestion": "reno", "load": "rate", "rate": 2000.0,
			"slow_share": 0.5, "slow_read": 0.0, "overflow": "drop-oldest", "queue": 16.0, "sndbuf": 4096.0, "rcvbuf": 4096.0, "write_deadline": 0.2,
		}
		maps.Copy(v, set)
		t.Run(v.ID(), func(t *testing.T) {
			srv, gen := both(t, v, 300*time.Millisecond)
			if gen.Slow != 1 || gen.Failed > 0 || srv.Dropped+srv.Unsent == 0 || gen.Received.Messages == 0 || gen.Received.Corrupt+gen.Received.Reordered > 0 {
				t.Errorf("server: sent %d, dropped %d, unsent %d %v; generator: %d slow, %d failed %v, %+v",
					srv.Sent, srv.Dropped, srv.Unsent, srv.Errors, gen.Slow, gen.Failed, gen.Errors, gen.Received)
			}
		})
	}
}

// A server that goes away is noticed on every transport, although what came until
// then is whole.
func TestTransportsNoticeTruncation(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, set := range []plan.Values{
		{"transport": "sse"},
		{"transport": "ws"},
		{"transport": "tcp", "tls": "below"},
		{"transport": "ws", "tls": "above"},
		{"transport": "h2"},
		{"transport": "h2", "tls": "below"},
		{"transport": "h2push"},
	} {
		v := plan.Values{"strategy": "direct", "message": 64.0, "connections": 1.0, "congestion": "reno", "load": "rate", "rate": 1000.0}
		maps.Copy(v, set)
		t.Run(v.ID(), func(t *testing.T) {
			s, err := server.New(server.Config{Listen: "127.0.0.1:0", Factors: v, Grace: 5})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var accepted errgroup.Group
			accepted.Go(s.Accept)
			g, err := loadgen.New(t.Context(), loadgen.Config{Target: s.Addr(), Certificate: s.Certificate(), Factors: v, Grace: 5})
			if err := errors.Join(err, accepted.Wait()); err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			s.Close() // in place of an end: it closes the sockets
			now := clock.Now()
			gen, err := g.Run(t.Context(), child.Go{Start: now, Begin: now, End: now + 1e6, Stop: now + 1e6})
			if err != nil || gen.Failed != 1 {
				t.Errorf("%d failed; %v", gen.Failed, err)
			}
		})
	}
}

// A thousand connections get a broadcast.
func TestBroadcastToAThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	defer goleak.VerifyNone(t)
	for _, name := range []string{"sse", "ws", "h2", "h2push"} {
		t.Run(name, func(t *testing.T) {
			v := plan.Values{
				"transport": name, "strategy": "bufio", "flush": "idle", "message": 64.0, "connections": 1000.0, "congestion": "reno",
				"load": "rate", "rate": 20.0, "audience": "broadcast", "ws_prepared": true, "ws_pool": true,
			}
			srv, gen := both(t, v, 300*time.Millisecond)
			whole(t, srv, gen)
		})
	}
}
