package netem

import (
	"fmt"
	"sync"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/tc"
	"github.com/pushbench/pushbench/netem/user"
)

// Open makes a link that has the profile's delay, loss, rate and queue. Whether
// it really has is for Verify to find out.
func Open(p *profile.Profile, o Options) (*Link, error) {
	backend, err := o.Choose(p)
	if err != nil {
		return nil, err
	}
	link, server, client, err := newEnds(backend, o.ClientAddrs)
	if err != nil {
		return nil, err
	}
	link.Profile = p
	var m middle
	if backend == TC {
		m, err = tc.New(p, server, client, MTU)
	} else {
		m, err = user.New(p, server, client, MTU)
	}
	if err != nil {
		link.Close()
		return nil, fmt.Errorf("backend %s: %w", backend, err)
	}
	link.middle = m
	return link, nil
}

// Choose settles Auto: it returns the backend that Open would take.
func (o Options) Choose(p *profile.Profile) (string, error) {
	switch o.Backend {
	case TC, User:
		return o.Backend, nil
	case "", Auto:
		if tc.Supports(p) == nil && kernelHasNetem() == nil {
			return TC, nil
		}
		return User, nil
	}
	return "", fmt.Errorf("unknown backend %q: choose %s, %s or %s", o.Backend, Auto, TC, User)
}

// kernelHasNetem asks once: the answer does not change.
var kernelHasNetem = sync.OnceValue(tc.Probe)
