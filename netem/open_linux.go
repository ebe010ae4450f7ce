package netem

import (
	"fmt"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/user"
)

// Options of an emulated link.
type Options struct {
	Backend     string // Auto, TC or User; empty is Auto
	ClientAddrs int    // as in VethOptions
}

// Open makes a link that has the profile's delay, loss, rate and queue. Whether
// it really has is for Verify to find out.
func Open(p *profile.Profile, o Options) (*Link, error) {
	link, server, client, err := newEnds(User, o.ClientAddrs)
	if err != nil {
		return nil, err
	}
	link.Profile = p
	middle, err := user.New(p, server, client, MTU)
	if err != nil {
		link.Close()
		return nil, fmt.Errorf("backend user: %w", err)
	}
	link.middle = middle
	return link, nil
}
