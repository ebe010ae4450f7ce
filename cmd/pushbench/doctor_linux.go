package main

import (
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/ns"
	"github.com/pushbench/pushbench/netem/tc"
)

func tryVeth() error {
	link, err := netem.NewVeth(netem.VethOptions{})
	if err != nil {
		return err
	}
	return link.Close()
}

func tryTUN() error {
	n, err := ns.New()
	if err != nil {
		return err
	}
	end := device.End{NS: n, Name: "tun0", Addrs: []netip.Prefix{netip.PrefixFrom(netem.ServerAddr, 15)}}
	fd, err := device.Tun(end, netem.MTU)
	if err == nil {
		err = unix.Close(fd)
	}
	return errors.Join(err, n.Close())
}

func tryNetem() error { return tc.Probe() }
