package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/pushbench/pushbench/loadgen/foreign"
	"github.com/pushbench/pushbench/netem"
	netemcommand "github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/netem/sched"
)

// A readerNetwork is where the readers stand: on this host, or at the client's
// end of an emulated link, at whose other end relays lead to the host.
type readerNetwork struct {
	link   *netem.Link // nil on this host
	relays []io.Closer
	doors  map[string]string // from host:port of a service to its relay
	before sched.Lateness
}

// firstDoor is the port of the first relay.
const firstDoor = 20000

// openNetwork makes the network and a relay for each service.
func (l targetLoad) openNetwork(services ...string) (*readerNetwork, error) {
	n := &readerNetwork{doors: map[string]string{}}
	if l.network == nil {
		return n, nil
	}
	var err error
	if n.link, err = netem.Open(l.network, netem.Options{}); err != nil {
		return nil, fmt.Errorf("network %s: %w", l.network.Name, err)
	}
	for _, to := range services {
		if to == "" || n.doors[to] != "" {
			continue
		}
		port := uint16(firstDoor + len(n.relays))
		relay, err := netemcommand.Forward{Port: port, To: to}.Open(n.link)
		if err != nil {
			return nil, errors.Join(err, n.Close())
		}
		n.relays = append(n.relays, relay)
		n.doors[to] = netip.AddrPortFrom(netem.ServerAddr, port).String()
	}
	n.before = n.link.Lateness()
	return n, n.link.Begin()
}

// dial is nil on this host.
func (n *readerNetwork) dial() foreign.Dial {
	if n.link == nil {
		return nil
	}
	return func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		door, ok := n.doors[addr]
		if !ok {
			return nil, fmt.Errorf("%s is not reached through the emulated network", addr)
		}
		err = n.link.Client.Do(func() error {
			conn, err = (&net.Dialer{}).DialContext(ctx, network, door)
			return err
		})
		return conn, err
	}
}

// warnings tell what the network does to the result.
func (n *readerNetwork) warnings() (w []string) {
	if n.link == nil {
		return nil
	}
	w = append(w, "the server's connections end at a relay on this host: the emulated network carries the relay's TCP, not the server's own, and a lost connection to the server is seen behind it")
	if late := n.link.Late(n.link.Lateness().Sub(n.before)); late != "" {
		w = append(w, late)
	}
	return w
}

// Close takes it down.
func (n *readerNetwork) Close() error {
	var errs []error
	for _, r := range n.relays {
		errs = append(errs, r.Close())
	}
	if n.link != nil {
		errs = append(errs, n.link.Close())
	}
	return errors.Join(errs...)
}
