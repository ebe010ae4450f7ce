package netem

import (
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/ns"
	"github.com/pushbench/pushbench/netem/tc"
)

// Probe tries what links need, each for itself and without a trace. An ordinary
// user calls ns.Enter before it.
func Probe() []Feature {
	return []Feature{
		try("network namespaces", "every network but loopback", func() error {
			n, err := ns.New()
			if err != nil {
				return err
			}
			return n.Close()
		}),
		try("veth devices", "network veth and backend tc", func() error {
			link, err := NewVeth(VethOptions{NoOffloads: true})
			if err != nil {
				return err
			}
			return link.Close()
		}),
		try("TUN devices", "backend user", tryTun),
		try("sch_netem", "backend tc", tc.Probe),
	}
}

func try(name, needed string, f func() error) Feature {
	feature := Feature{Name: name, Needed: needed, Available: true}
	if err := f(); err != nil {
		feature.Available, feature.Reason = false, err.Error()
	}
	return feature
}

func tryTun() error {
	n, err := ns.New()
	if err != nil {
		return err
	}
	defer n.Close()
	fd, _, err := device.Tun(device.End{NS: n, Name: endName}, MTU, true)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// Kernel is the release of the running kernel, which a link depends on.
func Kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown: " + err.Error()
	}
	return unix.ByteSliceToString(u.Release[:])
}
