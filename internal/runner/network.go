package runner

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/ns"
)

// A network is where the two sides of a trial stand.
type network struct {
	host   string // the server's address, as both sides know it
	server placer
	client placer
	close  func() error
}

// A placer runs start where the child shall be; what it starts inherits that.
type placer func(start func() error) error

func here(start func() error) error { return start() }

// open makes the named network. A link is made anew for every trial, so that
// neither queues nor what TCP remembers of a route pass from one to the next.
func open(name string) (*network, error) {
	switch name {
	case "loopback":
		return &network{host: "127.0.0.1", server: here, client: here, close: func() error { return nil }}, nil
	case "veth":
		link, err := netem.NewVeth(netem.VethOptions{})
		if err != nil {
			return nil, fmt.Errorf("network veth: %w", err)
		}
		return joined(link), nil
	}
	return nil, fmt.Errorf("no network %q: there are loopback and veth", name)
}

func joined(l *netem.Link) *network {
	return &network{host: netem.ServerAddr.String(), server: l.Server.Do, client: l.Client.Do, close: l.Close}
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
