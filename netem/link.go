// Package netem emulates networks: it joins two network namespaces by a link
// that has the delay, loss, rate and queue of a profile, and proves that it has.
//
// A link is server namespace — middle — client namespace, so that loss and delay
// happen between the hosts, as in life, never in a sender's own queue.
// Everything is anonymous and vanishes with the process.
package netem

import (
	"errors"
	"net/netip"

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
