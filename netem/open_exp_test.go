//go:build linux

package netem

import (
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/user"
)

func cpu() time.Duration {
	var ru unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &ru)
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

func TestExp(t *testing.T) {
	if os.Getenv("EXP") == "" {
		t.Skip()
	}
	for _, y := range []string{"name: a", "name: b\nrtt: 2ms", "name: c\nrtt: 40ms\nboth: {rate: 200Mbit}", "name: d\nrtt: 2ms\nboth: {rate: 20Mbit}", "name: e\nrtt: 4ms\nboth: {rate: 100Mbit}", "name: f\nrtt: 2ms\nboth: {rate: 1Gbit}"} {
		all, err := profile.Read("x", []byte(y), nil)
		if err != nil {
			t.Fatal(err)
		}
		t0 := time.Now()
		l, err := Open(all[0], Options{})
		if err != nil {
			t.Fatal(err)
		}
		up := time.Since(t0)
		echo(t, l)
		rtts := ping(t, l, 100, 5*time.Millisecond)
		if len(y) > 20 && y[6] == 'd' {
			go bulk(t, l, 3*time.Second)
			time.Sleep(time.Second)
			r := ping(t, l, 100, 5*time.Millisecond)
			fmt.Printf("beside flow RTT p50 %v p90 %v p99 %v\n", r[50], r[90], r[99])
			time.Sleep(2 * time.Second)

		}
		c0 := cpu()
		t1 := time.Now()
		n := bulk(t, l, 2*time.Second)
		el := time.Since(t1)
		cc := cpu() - c0
		d, u, err := l.middle.Counters()
		fmt.Printf("%q up %v RTT p50 %v p90 %v p99 %v goodput %.1f Mbit/s cpu %.2f\n   %+v\n   %+v %v\n", y, up, rtts[50], rtts[90], rtts[99], float64(n)*8/el.Seconds()/1e6, cc.Seconds()/el.Seconds(), d, u, err)
		lt := l.middle.(*user.Middle).Lateness()
		fmt.Printf("   late p50 %v p99 %v max %v n %d\n", lt.Quantile(.5), lt.Quantile(.99), lt.Quantile(1), lt.Count())
		l.Close()
	}
}
func echo(t *testing.T, l *Link) {
	var pc net.PacketConn
	if err := l.Server.Do(func() (err error) { pc, err = net.ListenPacket("udp", "198.18.0.1:7"); return }); err != nil {
		t.Fatal(err)
	}
	go func() {
		b := make([]byte, 2000)
		for {
			n, a, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			pc.WriteTo(b[:n], a)
		}
	}()
}
func ping(t *testing.T, l *Link, n int, gap time.Duration) []time.Duration {
	var c net.Conn
	if err := l.Client.Do(func() (err error) { c, err = net.Dial("udp", "198.18.0.1:7"); return }); err != nil {
		t.Fatal(err)
	}
	var out []time.Duration
	b := make([]byte, 100)
	for range n {
		t0 := time.Now()
		c.Write(b[:56])
		c.SetReadDeadline(time.Now().Add(3 * time.Second))
		if _, err := c.Read(b); err == nil {
			out = append(out, time.Since(t0))
		}
		time.Sleep(gap)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}
func bulk(t *testing.T, l *Link, d time.Duration) int64 {
	var ln net.Listener
	if err := l.Server.Do(func() (err error) { ln, err = net.Listen("tcp", "198.18.0.1:0"); return }); err != nil {
		t.Fatal(err)
	}
	go func() {
		c, _ := ln.Accept()
		b := make([]byte, 65536)
		for {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}()
	var c net.Conn
	if err := l.Client.Do(func() (err error) { c, err = net.Dial("tcp", ln.Addr().String()); return }); err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(d))
	n, _ := io.Copy(io.Discard, c)
	c.Close()
	return n
}
