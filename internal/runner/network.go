package runner

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/ns"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/results"
)

// A network is where the two sides of a trial stand.
type network struct {
	host   string // the server's address, as both sides know it
	server placer
	client placer
	link   *netem.Link // nil on loopback
	close  func() error
}

// A placer runs start where the child shall be; what it starts inherits that.
type placer func(start func() error) error

func here(start func() error) error { return start() }

// open makes the network of a cell; links are the manifest's. A link is made anew
// for every trial, so that neither queues nor what TCP remembers of a route pass
// from one to the next. What it draws at random is the same for every cell of a block
// and another in each: intervals are to have its chance in them.
func open(v plan.Values, links map[string]results.Link, block int) (*network, error) {
	switch name := v.Text("network"); name {
	case "loopback":
		return &network{host: "127.0.0.1", server: here, client: here, close: func() error { return nil }}, nil
	case "veth":
		link, err := netem.NewVeth(netem.VethOptions{})
		return joined(name, link, err)
	}
	name := linkName(v)
	verified, ok := links[name]
	if !ok {
		return nil, fmt.Errorf("network %s: the manifest has no such link: it was not verified", name)
	}
	p, err := stored(verified)
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", name, err)
	}
	p.Seed += uint64(block)
	link, err := netem.Open(p, netem.Options{Backend: verified.Backend})
	return joined(name, link, err)
}

func joined(name string, l *netem.Link, err error) (*network, error) {
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", name, err)
	}
	return &network{host: netem.ServerAddr.String(), server: l.Server.Do, client: l.Client.Do, link: l, close: l.Close}, nil
}

// profile is nil where nothing is emulated.
func (n *network) profile() *profile.Profile {
	if n.link == nil {
		return nil
	}
	return n.link.Profile
}

// begin starts what changes over time in the network.
func (n *network) begin() error {
	if n.link == nil {
		return nil
	}
	return n.link.Begin()
}

// roundTrip is what the network adds to any exchange.
func (n *network) roundTrip() time.Duration {
	if p := n.profile(); p != nil {
		return p.RTT()
	}
	return 0
}

// Prepare gives this process the rights that the plan's networks need: an
// ordinary user's program is run again inside a user namespace. done says that
// it was, and how it ended.
func Prepare(p plan.Plan) (status int, done bool, err error) {
	for _, c := range p.Cells {
		if c.Factors.Text("network") != "loopback" {
			status, done, err = ns.Enter()
			if err != nil {
				return 0, false, fmt.Errorf("network %s: %w", c.Factors.Text("network"), err)
			}
			return status, done, nil
		}
	}
	return 0, false, nil
}
