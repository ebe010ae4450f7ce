package tc

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/ns"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// Middle hardware addresses, towards the server and the client.
var macs = [2]net.HardwareAddr{{0x02, 0, 198, 19, 0, 1}, {0x02, 0, 198, 19, 0, 2}}

// A Middle is the namespace between the two ends.
type Middle struct {
	profile *profile.Profile
	ns      *ns.Namespace
	facing  [2]device.End // the server, the client
	begun   chan struct{} // wakes follow when start has changed
	stop    chan struct{}
	once    sync.Once
	clock   sync.WaitGroup

	mu    sync.Mutex
	start time.Time // when the profile began
	err   error     // of the last change that a moment made
}

// New builds the middle, joins both ends to it and shapes both directions.
func New(p *profile.Profile, server, client device.End, mtu int) (*Middle, error) {
	if err := Supports(p); err != nil {
		return nil, err
	}
	space, err := ns.New()
	if err != nil {
		return nil, err
	}
	m := &Middle{profile: p, ns: space, begun: make(chan struct{}, 1), stop: make(chan struct{})}
	m.facing[0] = device.End{NS: space, Name: "server", MAC: macs[0]}
	m.facing[1] = device.End{NS: space, Name: "client", MAC: macs[1]}
	if err := m.build(server, client, mtu); err != nil {
		return nil, errors.Join(err, space.Close())
	}
	if len(p.Moments) > 0 {
		m.clock.Go(m.follow)
	}
	return m, nil
}

func (m *Middle) build(server, client device.End, mtu int) error {
	if err := m.ns.SetSysctl("net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	ends := [2]device.End{server, client}
	for i, end := range ends {
		if err := device.Veth(end, m.facing[i], mtu); err != nil {
			return err
		}
		if err := end.NoOffloads(); err != nil {
			return err
		}
		for _, p := range ends[1-i].Addrs {
			if err := end.Neighbour(p.Addr(), macs[i]); err != nil {
				return err
			}
		}
		for _, p := range end.Addrs {
			if err := m.facing[i].Host(p.Addr(), end.MAC); err != nil {
				return err
			}
		}
	}
	return m.Begin()
}

// shape sends both specifications. Down leaves the middle towards the client.
func (m *Middle) shape(down, up *profile.Shape) error {
	if err := shapeEgress(m.facing[1], down); err != nil {
		return err
	}
	return shapeEgress(m.facing[0], up)
}

// Begin starts the profile's moments anew.
func (m *Middle) Begin() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.start = time.Now()
	select {
	case m.begun <- struct{}{}:
	default: // it is to wake up already
	}
	down, up, _ := m.profile.At(0)
	return m.shape(down, up)
}

// follow makes the changes of the profile's moments when they are due.
func (m *Middle) follow() {
	timer := time.NewTimer(0)
	for {
		select {
		case <-m.stop:
			return
		case <-m.begun:
		case <-timer.C:
		}
		if left := m.change(); left < 0 {
			timer.Stop()
		} else {
			timer.Reset(left)
		}
	}
}

// change applies the moment that is due and returns the time left until the
// next, or a negative one where none will come.
func (m *Middle) change() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	down, up, next := m.profile.At(time.Since(m.start))
	if err := m.shape(down, up); err != nil {
		m.err = err
	}
	if next == profile.Never {
		return -1
	}
	return max(0, next-time.Since(m.start))
}

// Counters of both directions. sch_netem does not count duplicates, corrupted
// and reordered packets. The error also tells of a moment's change that failed.
func (m *Middle) Counters() (down, up sched.Counters, err error) {
	m.mu.Lock()
	err = m.err
	m.mu.Unlock()
	if err != nil {
		return down, up, err
	}
	if down, err = m.direction(0, 1); err != nil {
		return down, up, err
	}
	up, err = m.direction(1, 0)
	return down, up, err
}

// direction reads the counters of what comes in at one side and leaves at the
// other.
func (m *Middle) direction(in, out int) (c sched.Counters, err error) {
	s, err := m.facing[in].Statistics()
	if err != nil {
		return c, err
	}
	c.Arrived, c.ArrivedBytes, c.Overrun = s.RxPackets, s.RxBytes, s.RxDropped
	return c, readQdiscs(m.facing[out], &c)
}

// Close takes the middle down.
func (m *Middle) Close() (err error) {
	m.once.Do(func() {
		close(m.stop)
		m.clock.Wait()
		err = m.ns.Close()
	})
	return err
}

// Probe tells whether the kernel has sch_netem, by setting it on the loopback of
// a namespace of its own.
func Probe() error {
	space, err := ns.New()
	if err != nil {
		return err
	}
	defer space.Close()
	return shapeEgress(device.End{NS: space, Name: "lo"}, &profile.Shape{Delay: time.Millisecond})
}
