// Package device makes the interfaces that links are built of, inside network
// namespaces. All of them vanish with their namespace.
package device

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"

	"github.com/pushbench/pushbench/netem/ns"
)

// An End is one interface in one namespace.
type End struct {
	NS    *ns.Namespace
	Name  string
	MAC   net.HardwareAddr // of a veth end
	Addrs []netip.Prefix
}

// Veth joins a and b with a pair of virtual Ethernet devices, addressed and up.
func Veth(a, b End, mtu int) error {
	err := a.NS.Do(func() error {
		attrs := netlink.NewLinkAttrs()
		attrs.Name, attrs.MTU, attrs.HardwareAddr = a.Name, mtu, a.MAC
		pair := netlink.NewVeth(attrs)
		pair.PeerName, pair.PeerHardwareAddr, pair.PeerMTU = b.Name, b.MAC, uint32(mtu)
		pair.PeerNamespace = netlink.NsFd(b.NS.Fd())
		if err := netlink.LinkAdd(pair); err != nil {
			return fmt.Errorf("make a veth pair: %w; is the kernel's veth module there?", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range []End{a, b} {
		if err := e.up(); err != nil {
			return err
		}
	}
	return nil
}

// up gives the interface its addresses and sets it up.
func (e End) up() error {
	return e.Do(func(link netlink.Link) error {
		for _, p := range e.Addrs {
			ipnet := &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
			if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: ipnet}); err != nil {
				return fmt.Errorf("give %s the address %s: %w", e.Name, p, err)
			}
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return fmt.Errorf("set %s up: %w", e.Name, err)
		}
		return nil
	})
}

// Do runs f on the interface, inside its namespace.
func (e End) Do(f func(netlink.Link) error) error {
	return e.NS.Do(func() error {
		link, err := netlink.LinkByName(e.Name)
		if err != nil {
			return fmt.Errorf("find interface %s: %w", e.Name, err)
		}
		return f(link)
	})
}

// Neighbour makes ip's hardware address known for good, so that no ARP packet
// ever competes with, or is lost on, an emulated link.
func (e End) Neighbour(ip netip.Addr, mac net.HardwareAddr) error {
	return e.Do(func(link netlink.Link) error {
		err := netlink.NeighSet(&netlink.Neigh{
			LinkIndex: link.Attrs().Index, Family: netlink.FAMILY_V4,
			State: netlink.NUD_PERMANENT, IP: ip.AsSlice(), HardwareAddr: mac,
		})
		if err != nil {
			return fmt.Errorf("make %s a permanent neighbour on %s: %w", ip, e.Name, err)
		}
		return nil
	})
}

// Host makes one address reachable through the interface, at a hardware address
// that is known for good.
func (e End) Host(ip netip.Addr, mac net.HardwareAddr) error {
	err := e.Do(func(link netlink.Link) error {
		dst := &net.IPNet{IP: ip.AsSlice(), Mask: net.CIDRMask(ip.BitLen(), ip.BitLen())}
		err := netlink.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: dst, Scope: netlink.SCOPE_LINK})
		if err != nil {
			return fmt.Errorf("route %s through %s: %w", ip, e.Name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.Neighbour(ip, mac)
}

// NoOffloads makes the kernel cut every super-packet (GSO, TSO) into segments of
// the MTU before it enters the interface: one segment is the most a packet may
// stand for.
func (e End) NoOffloads() error {
	return e.Do(func(link netlink.Link) error {
		if err := netlink.LinkSetGSOMaxSegs(link, 1); err != nil {
			return fmt.Errorf("turn segmentation offloads of %s off: %w", e.Name, err)
		}
		return nil
	})
}

// Statistics reads the interface's packet and byte counters.
func (e End) Statistics() (s netlink.LinkStatistics, err error) {
	err = e.Do(func(link netlink.Link) error {
		if p := link.Attrs().Statistics; p != nil {
			s = *p
		}
		return nil
	})
	return s, err
}
