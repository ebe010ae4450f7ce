package netem

import (
	"net"
	"net/netip"

	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/ns"
)

// Names and hardware addresses of the ends. The names are the same in
// both namespaces.
const endName = "link0"

var (
	serverMAC = net.HardwareAddr{0x02, 0, 198, 18, 0, 1}
	clientMAC = net.HardwareAddr{0x02, 0, 198, 18, 0, 2}
)

// NewVeth makes a link of one veth pair: no delay, no limit, MTU 1500.
func NewVeth(o VethOptions) (*Link, error) {
	link, server, client, err := newEnds(Veth, o.ClientAddrs)
	if err != nil {
		return nil, err
	}
	if err := link.veth(server, client, o.NoOffloads); err != nil {
		link.Close()
		return nil, err
	}
	return link, nil
}

func (l *Link) veth(server, client device.End, noOffloads bool) error {
	if err := device.Veth(server, client, MTU); err != nil {
		return err
	}
	for _, p := range client.Addrs {
		if err := server.Neighbour(p.Addr(), client.MAC); err != nil {
			return err
		}
	}
	if err := client.Neighbour(ServerAddr, server.MAC); err != nil {
		return err
	}
	if !noOffloads {
		return nil
	}
	if err := server.NoOffloads(); err != nil {
		return err
	}
	return client.NoOffloads()
}

// newEnds makes the two namespaces and describes the interfaces they are to get.
func newEnds(backend string, clientAddrs int) (l *Link, server, client device.End, err error) {
	l = &Link{Backend: backend}
	if l.Server, err = ns.New(); err != nil {
		return nil, server, client, err
	}
	if l.Client, err = ns.New(); err != nil {
		l.Close()
		return nil, server, client, err
	}
	server = device.End{NS: l.Server, Name: endName, MAC: serverMAC, Addrs: []netip.Prefix{netip.PrefixFrom(ServerAddr, prefixBits)}}
	client = device.End{NS: l.Client, Name: endName, MAC: clientMAC}
	for addr, n := ClientAddr, max(1, clientAddrs); n > 0; addr, n = addr.Next(), n-1 {
		client.Addrs = append(client.Addrs, netip.PrefixFrom(addr, prefixBits))
	}
	return l, server, client, nil
}

// prefixBits is the length of the link's network prefix: 198.18.0.0/15.
const prefixBits = 15
