//go:build linux

package netem_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/verify"
)

// TestMain plays the two ends of a flow, so that the processor time of this
// process is the emulator's.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "flow" {
		os.Exit(flow(os.Args[2]))
	}
	os.Exit(m.Run())
}

// flow reads everything at the server's end, or sends so many bytes a second to
// it, or as many as pass for 0.
func flow(what string) int {
	if what == "sink" {
		l, err := net.Listen("tcp", netem.ServerAddr.String()+":5001")
		if err != nil {
			return 1
		}
		fmt.Println("listening")
		c, err := l.Accept()
		if err != nil {
			return 1
		}
		n, _ := io.Copy(io.Discard, c)
		fmt.Println(n)
		return 0
	}
	rate, _ := strconv.Atoi(what)
	c, err := net.Dial("tcp", netem.ServerAddr.String()+":5001")
	if err != nil {
		return 1
	}
	b, begin := make([]byte, 64<<10), time.Now()
	if rate > 0 {
		b = b[:1448]
	}
	for sent := 0; ; sent += len(b) {
		if rate > 0 {
			time.Sleep(time.Duration(float64(sent)/float64(rate)*1e9) - time.Since(begin))
		}
		if _, err := c.Write(b); err != nil {
			return 0
		}
	}
}

// startFlow starts both ends and returns how to stop them.
func startFlow(b *testing.B, link *netem.Link, rate int) (stop func()) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	sink := exec.Command(self, "flow", "sink")
	out, err := sink.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := link.Server.Start(sink); err != nil {
		b.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 100)); err != nil {
		b.Fatal(err)
	}
	source := exec.Command(self, "flow", strconv.Itoa(rate))
	if err := link.Client.Start(source); err != nil {
		b.Fatal(err)
	}
	return func() {
		_, _ = source.Process.Kill(), sink.Process.Kill()
		_, _ = source.Wait(), sink.Wait()
	}
}

func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// medianRTT echoes n datagrams, one after the other.
func medianRTT(b *testing.B, link *netem.Link, n int) time.Duration {
	b.Helper()
	var far net.PacketConn
	var near net.Conn
	if err := link.Server.Do(func() (err error) { far, err = net.ListenPacket("udp4", "198.18.0.1:7"); return err }); err != nil {
		b.Fatal(err)
	}
	defer far.Close()
	go func() {
		p := make([]byte, 100)
		for {
			n, from, err := far.ReadFrom(p)
			if err != nil {
				return
			}
			_, _ = far.WriteTo(p[:n], from)
		}
	}()
	if err := link.Client.Do(func() (err error) { near, err = net.Dial("udp4", "198.18.0.1:7"); return err }); err != nil {
		b.Fatal(err)
	}
	defer near.Close()
	var all []time.Duration
	for range n {
		start := time.Now()
		if _, err := near.Write(make([]byte, 16)); err != nil {
			b.Fatal(err)
		}
		if _, err := near.Read(make([]byte, 100)); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkRTTBesideFlow reports by how much the median round trip, as programs
// see it, exceeds the profile's while 10 Mbit/s flow beside it, and what share
// of a core the emulator takes.
func BenchmarkRTTBesideFlow(b *testing.B) {
	for _, rtt := range []time.Duration{2 * ms, 20 * ms, 150 * ms, 600 * ms} {
		b.Run(rtt.String(), func(b *testing.B) {
			p := &profile.Profile{Name: "b", Down: profile.Shape{Delay: rtt / 2, Rate: 1e9}, Up: profile.Shape{Delay: rtt / 2, Rate: 1e9}}
			for b.Loop() {
				link, err := netem.Open(p, netem.Options{Backend: netem.User})
				if err != nil {
					b.Fatal(err)
				}
				stop := startFlow(b, link, 10e6/8)
				time.Sleep(time.Second)
				cpu, start := processorTime(), time.Now()
				time.Sleep(time.Second)
				cores := (processorTime() - cpu).Seconds() / time.Since(start).Seconds()
				n := int(min(200, 5*time.Second/rtt))
				b.ReportMetric((medianRTT(b, link, n)-rtt).Seconds()*1e3, "ms-over")
				b.ReportMetric(cores*100, "%core")
				stop()
				link.Close()
			}
		})
	}
}

// BenchmarkGoodput reports what one TCP flow carries, of what a rate allows, and
// what share of a core the emulator takes for it.
func BenchmarkGoodput(b *testing.B) {
	for _, rate := range []profile.Rate{0, 1e6, 10e6, 100e6, 200e6, 1e9} {
		b.Run(strconv.FormatFloat(float64(rate)/1e6, 'f', -1, 64)+"Mbit", func(b *testing.B) {
			s := profile.Shape{Delay: ms, Rate: rate}
			if rate == 0 {
				s.Delay = 0
			}
			p := &profile.Profile{Name: "g", Down: s, Up: s}
			for b.Loop() {
				link, err := netem.Open(p, netem.Options{Backend: netem.User})
				if err != nil {
					b.Fatal(err)
				}
				stop := startFlow(b, link, 0)
				time.Sleep(time.Second)
				before, err := link.Counters()
				if err != nil {
					b.Fatal(err)
				}
				cpu, start := processorTime(), time.Now()
				time.Sleep(2 * time.Second)
				cores := (processorTime() - cpu).Seconds() / time.Since(start).Seconds()
				after, err := link.Counters()
				if err != nil {
					b.Fatal(err)
				}
				bits := float64(after.Sub(before).Up.SentBytes) * 8 / time.Since(start).Seconds()
				b.ReportMetric(bits/1514*1448/1e6, "Mbit/s")
				b.ReportMetric(cores*100, "%core")
				if rate > 0 {
					b.ReportMetric(bits/float64(rate)*100, "%asked")
				}
				stop()
				link.Close()
			}
		})
	}
}

// BenchmarkTrace reports what a flood brings through a recorded link, of its
// opportunities: mahimahi's own format, of a changing mobile link and of 720
// Mbit/s behind 80 ms.
func BenchmarkTrace(b *testing.B) {
	fast, mobile := &profile.Trace{Name: "720 Mbit/s"}, &profile.Trace{Name: "mobile"}
	for i := range 60 * 1000 {
		fast.Times = append(fast.Times, time.Duration(i/60+1)*ms)
	}
	for at := range 1000 { // from 0 to 4 opportunities a millisecond, and none for 100 ms
		for range at % 5 * (at / 100 % 10) / 9 {
			mobile.Times = append(mobile.Times, time.Duration(at+1)*ms)
		}
	}
	for name, s := range map[string]profile.Shape{
		"mobile":  {Trace: mobile, Limit: profile.Limit{Packets: 1000}},
		"720Mbit": {Trace: fast, Delay: 40 * ms, Limit: profile.Limit{Packets: 5000}},
	} {
		b.Run(name, func(b *testing.B) {
			p := &profile.Profile{Name: "t", Down: s, Up: profile.Shape{Delay: s.Delay}}
			for b.Loop() {
				r, err := verify.Profile(b.Context(), p, netem.Options{Backend: netem.User})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(100*r.Measured[verify.Goodput]/r.Asked[verify.Goodput], "%asked")
				b.ReportMetric(r.Measured[verify.Goodput]*8/1e6, "Mbit/s")
			}
		})
	}
}

// BenchmarkOpen is how long a link takes to come up.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		link, err := netem.Open(&profile.Profile{Name: "o", Down: profile.Shape{Delay: ms}}, netem.Options{Backend: netem.User})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		link.Close()
		b.StartTimer()
	}
}
