// Package netem emulates networks: it joins two network namespaces by a link
// that has the delay, loss, rate and queue of a profile, and proves that it has.
//
// A link is server namespace — middle — client namespace, so that loss and delay
// happen between the hosts, as in life, never in a sender's own queue.
// Everything is anonymous and vanishes with the process.
package netem

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/pushbench/pushbench/netem/ns"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// The addresses of every link, from the range for benchmarks (RFC 2544).
var (
	ServerAddr = netip.AddrFrom4([4]byte{198, 18, 0, 1})
	ClientAddr = netip.AddrFrom4([4]byte{198, 18, 0, 2})
)

// MTU of every link, in bytes of IP packet.
const MTU = 1500

// The backends.
const (
	Auto = "auto" // TC where the kernel and the profile allow it, else User
	TC   = "tc"   // veth pairs and sch_netem
	User = "user" // TUN devices and this package's own scheduler
	Veth = "veth" // a veth pair that adds nothing
)

// ErrNotSupported is wrapped by errors that say what the machine or a backend
// lacks.
var ErrNotSupported = errors.New("not supported")

// Options of an emulated link.
type Options struct {
	Backend     string // Auto, TC or User; empty is Auto
	ClientAddrs int    // as in VethOptions
}

// VethOptions of a plain link.
type VethOptions struct {
	// NoOffloads cuts TCP's super-packets of up to 64 KiB into segments of the
	// MTU, as a network card does. With offloads, the default, they cross the
	// pair whole: TCP_INFO counts segments as if they were cut, interface
	// counters count them as one, and receiving costs much less.
	NoOffloads bool
	// ClientAddrs is how many addresses the client end has, from ClientAddr
	// upwards; 0 is 1. Each holds some 64,000 connections to one server port.
	ClientAddrs int
}

// A Link joins two namespaces. Processes go to its ends by Server.Start and
// Client.Start, functions by Do. Its errors and Close are safe to use at any
// time; everything goes with the process if Close is never called.
type Link struct {
	Server, Client *ns.Namespace
	Backend        string           // Veth, TC or User
	Profile        *profile.Profile // nil for Veth

	middle middle
}

// A middle is the hop between the namespaces, made by a backend.
type middle interface {
	// Counters of both directions since the link was made.
	Counters() (down, up sched.Counters, err error)
	// Begin starts the profile's moments and traces anew.
	Begin() error
	Close() error
}

// Counters are what a link did to packets, both ways.
type Counters struct {
	Down sched.Counters `json:"down"`
	Up   sched.Counters `json:"up"`
}

// Sub returns what was counted since an earlier reading.
func (c Counters) Sub(o Counters) Counters {
	return Counters{Down: c.Down.Sub(o.Down), Up: c.Up.Sub(o.Up)}
}

// Counters since the link was made; all zero on a plain veth link.
func (l *Link) Counters() (c Counters, err error) {
	if l.middle != nil {
		c.Down, c.Up, err = l.middle.Counters()
	}
	return c, err
}

// Begin starts the profile's moments and traces anew, as at the start of a
// trial.
func (l *Link) Begin() error {
	if l.middle == nil {
		return nil
	}
	return l.middle.Begin()
}

// Lateness counts by how much the emulator itself delivered packets too late.
// Only the user backend can tell; others report none. Take a reading before and
// after a trial, and ask Late about the difference.
func (l *Link) Lateness() sched.Lateness {
	if m, ok := l.middle.(interface{ Lateness() sched.Lateness }); ok {
		return m.Lateness()
	}
	return sched.Lateness{}
}

// lateShare is the share of packets that may be later than the tolerance.
const lateShare = 0.05

// Late says why a trial is invalid in which the emulator was as late, or the
// empty string: more than 5 % of the packets came later than 0.5 ms and 1 % of
// the round trip after they were due, the tolerance of verification.
func (l *Link) Late(late sched.Lateness) string {
	if l.Profile == nil || late.Count() == 0 {
		return ""
	}
	tolerance := 500*time.Microsecond + l.Profile.RTT()/100
	if at := late.Quantile(1 - lateShare); at > tolerance {
		return fmt.Sprintf("emulator late: %.0f %% of packets by over %v (tolerance %v)", lateShare*100, at.Round(10*time.Microsecond), tolerance)
	}
	return ""
}

// Close takes the link down and kills the processes started in its namespaces.
func (l *Link) Close() error {
	var errs []error
	if l.middle != nil {
		errs = append(errs, l.middle.Close())
	}
	for _, n := range []*ns.Namespace{l.Server, l.Client} {
		if n != nil {
			errs = append(errs, n.Close())
		}
	}
	return errors.Join(errs...)
}
