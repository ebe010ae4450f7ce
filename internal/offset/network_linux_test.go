package offset_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// Between two hosts with an asymmetric way of 30 and 10 ms, the estimate holds
// what it states: the responder's clock is wrong by a known offset and drift.
func TestBetweenNamespaces(t *testing.T) {
	p := &profile.Profile{Name: "asymmetric"}
	p.Down.Delay, p.Up.Delay = 30*time.Millisecond, 10*time.Millisecond
	link, err := netem.Open(p, netem.Options{Backend: netem.User})
	testenv.Need(t, "network namespaces and TUN devices", err)
	defer link.Close()

	var l net.Listener
	err = link.Server.Do(func() (err error) {
		l, err = net.Listen("tcp", netem.ServerAddr.String()+":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const ahead, drift = -90e9, 300e-6
	start := clock.Now()
	remote := func(now int64) int64 { return now + ahead + int64(float64(now-start)*drift) }
	go func() { _ = offset.ServeAll(l, offset.Clocks{Monotonic: func() int64 { return remote(clock.Now()) }}) }()

	var conn net.Conn
	err = link.Client.Do(func() (err error) {
		conn, err = net.Dial("tcp", l.Addr().String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err = (&offset.Client{Conn: conn, Kind: offset.Monotonic}).Follow(ctx, func(e offset.Estimate) {
		now := clock.Now()
		local, bound := e.Local(remote(now))
		wrong := local - now
		if max(wrong, -wrong) > bound {
			t.Errorf("%v wrong, bound %v: %+v", time.Duration(wrong), time.Duration(bound), e)
		}
		// The bound is about half of the round trip, and the estimate is half of the
		// asymmetry wrong: neither is trivially small or large.
		if e.MinRTT < 40*time.Millisecond || time.Duration(bound) < e.MinRTT/2-time.Millisecond {
			t.Errorf("round trip %v, bound %v", e.MinRTT, time.Duration(bound))
		}
		if n++; n == 4 {
			t.Logf("%v wrong, bound %v, round trip %v, drift %.0f ppm", time.Duration(wrong), time.Duration(bound), e.MinRTT, e.Drift*1e6)
			cancel()
		}
	})
	if err != nil || n != 4 {
		t.Errorf("%d estimates, %v", n, err)
	}
}
