//go:build linux

package netem_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

const ms = time.Millisecond

// needs says what a test does without a backend: the kernel of tc is not
// everywhere, but it is in the guest.
var needs = map[string]func(testing.TB, string, error){netem.User: testenv.Need, netem.TC: testenv.NeedKernel}

// open makes a link on the backend, or says that the machine cannot.
func open(t *testing.T, backend string, p *profile.Profile) *netem.Link {
	t.Helper()
	for _, f := range netem.Probe() {
		if strings.HasSuffix(f.Needed, "backend "+backend) && !f.Available {
			needs[backend](t, f.Name, &missing{f})
		}
	}
	link, err := netem.Open(p, netem.Options{Backend: backend})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := link.Close(); err != nil {
			t.Error(err)
		}
	})
	return link
}

type missing struct{ netem.Feature }

func (m *missing) Error() string { return m.Reason }

// onBoth runs a test on each backend that emulates.
func onBoth(t *testing.T, f func(t *testing.T, backend string)) {
	for _, backend := range []string{netem.User, netem.TC} {
		t.Run(backend, func(t *testing.T) { f(t, backend) })
	}
}

// sendUDP sends n datagrams of payload bytes from the server's end and returns
// how many arrived at the client's, and the least time one took.
func sendUDP(t *testing.T, link *netem.Link, n, payload int) (arrived int, least time.Duration) {
	t.Helper()
	var from, to net.PacketConn
	if err := link.Client.Do(func() (err error) { to, err = net.ListenPacket("udp4", "198.18.0.2:7"); return err }); err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	// All n may come before the first is read: twice the default has room for them.
	if err := to.(*net.UDPConn).SetReadBuffer(200 << 10); err != nil {
		t.Fatal(err)
	}
	if err := link.Server.Do(func() (err error) { from, err = net.ListenPacket("udp4", "198.18.0.1:7"); return err }); err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	start := time.Now()
	for range n {
		if _, err := from.WriteTo(make([]byte, payload), to.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	for b := make([]byte, 2000); ; arrived++ {
		_ = to.SetReadDeadline(time.Now().Add(300 * ms))
		if _, _, err := to.ReadFrom(b); err != nil {
			return arrived, least
		}
		if arrived == 0 {
			least = time.Since(start)
		}
	}
}

func TestDelayIsThere(t *testing.T) {
	onBoth(t, func(t *testing.T, backend string) {
		link := open(t, backend, &profile.Profile{Name: "d", Down: profile.Shape{Delay: 50 * ms}})
		arrived, took := sendUDP(t, link, 10, 100)
		if arrived != 10 || took < 50*ms {
			t.Errorf("%d of 10 arrived, the first after %v, want 50ms or more", arrived, took)
		}
	})
}

// Every packet is lost, dropped or sent, and the counters say which.
func TestCounters(t *testing.T) {
	onBoth(t, func(t *testing.T, backend string) {
		p := &profile.Profile{Name: "c", Seed: 1, Down: profile.Shape{
			Delay: 10 * ms, Loss: profile.Loss{Random: 0.3}, Rate: 10e6, Limit: profile.Limit{Packets: 20},
		}}
		link := open(t, backend, p)
		const n = 200
		arrived, _ := sendUDP(t, link, n, 1400)
		c, err := link.Counters()
		if err != nil {
			t.Fatal(err)
		}
		d := c.Down
		if d.Arrived != n || d.ArrivedBytes != n*(1400+28+14) || d.Sent != uint64(arrived) || d.Lost+d.Dropped+d.Sent != n || d.Overrun != 0 {
			t.Errorf("%d arrived, counters %+v", arrived, d)
		}
		if d.Lost == 0 || d.Dropped == 0 {
			t.Errorf("nothing lost or nothing dropped: %+v", d)
		}
	})
}

func TestOffStopsEverythingUntilItIsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, backend string) {
		link := open(t, backend, &profile.Profile{
			Name: "off", Down: profile.Shape{Off: true},
			Moments: []profile.Moment{{At: 2 * time.Second}},
		})
		if arrived, _ := sendUDP(t, link, 5, 100); arrived != 0 {
			t.Errorf("%d packets came through while off", arrived)
		}
		for range 200 {
			if arrived, _ := sendUDP(t, link, 5, 100); arrived == 5 {
				if err := link.Begin(); err != nil {
					t.Fatal(err)
				}
				if arrived, _ := sendUDP(t, link, 5, 100); arrived != 0 {
					t.Errorf("%d packets came through after Begin", arrived)
				}
				return
			}
		}
		t.Error("the link never came back")
	})
}

func TestTCPPasses(t *testing.T) {
	onBoth(t, func(t *testing.T, backend string) {
		link := open(t, backend, &profile.Profile{Name: "t", Seed: 3, Down: profile.Shape{
			Delay: 2 * ms, Corrupt: 0.01, Duplicate: 0, Reorder: profile.Reorder{Share: 0.01},
		}})
		transfer(t, link, 1<<20)
	})
}

func TestBackendsRefuse(t *testing.T) {
	trace := &profile.Profile{Name: "t", Down: profile.Shape{Trace: &profile.Trace{Times: []time.Duration{ms}}}}
	if _, err := netem.Open(trace, netem.Options{Backend: netem.TC}); err == nil || !strings.Contains(err.Error(), "use backend user") {
		t.Errorf("tc took a trace: %v", err)
	}
	if _, err := netem.Open(trace, netem.Options{Backend: "magic"}); err == nil || !strings.Contains(err.Error(), "unknown backend") {
		t.Errorf("unknown backend: %v", err)
	}
	if backend, err := (netem.Options{}).Choose(trace); err != nil || backend != netem.User {
		t.Errorf("for a trace auto is %q (%v)", backend, err)
	}
}

func TestLate(t *testing.T) {
	link := &netem.Link{Profile: &profile.Profile{Down: profile.Shape{Delay: 100 * ms}}}
	var l sched.Lateness
	if reason := link.Late(l); reason != "" {
		t.Errorf("late without a packet: %s", reason)
	}
	for range 96 {
		l.Add(100 * time.Microsecond)
	}
	for range 4 {
		l.Add(50 * ms)
	}
	if reason := link.Late(l); reason != "" {
		t.Errorf("4 %% late: %s", reason)
	}
	for range 4 {
		l.Add(50 * ms)
	}
	if reason := link.Late(l); !strings.HasPrefix(reason, "emulator late") {
		t.Errorf("8 %% late: %q", reason)
	}
}

func TestProbeNamesEveryFeature(t *testing.T) {
	var names []string
	for _, f := range netem.Probe() {
		names = append(names, f.Name)
		if f.Available != (f.Reason == "") {
			t.Errorf("%+v: a reason belongs to what is missing, and only there", f)
		}
	}
	if !slices.Equal(names, []string{"network namespaces", "veth devices", "TUN devices", "sch_netem"}) {
		t.Errorf("features %q", names)
	}
}
