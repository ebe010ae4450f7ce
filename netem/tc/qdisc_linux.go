package tc

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// The places of the two qdiscs: the root, and inside it.
var (
	pathHandle = netlink.MakeHandle(1, 0)
	neckHandle = netlink.MakeHandle(2, 0)
	insidePath = netlink.MakeHandle(1, 1)
)

// shapeEgress puts two sch_netem on an interface, or gives those that are there
// another specification; packets in them stay.
func shapeEgress(e device.End, s *profile.Shape) error {
	path, neck := split(s)
	return e.Do(func(link netlink.Link) error {
		if err := setQdisc(link, netlink.HANDLE_ROOT, pathHandle, &path); err != nil {
			return err
		}
		return setQdisc(link, insidePath, neckHandle, &neck)
	})
}

// setQdisc makes a sch_netem or changes it.
func setQdisc(link netlink.Link, parent, handle uint32, s *profile.Shape) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK)
	req.AddData(&nl.TcMsg{
		Family: nl.FAMILY_ALL, Ifindex: int32(link.Attrs().Index), Handle: handle, Parent: parent,
	})
	req.AddData(nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("netem")))
	req.AddData(options(s))
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	switch {
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("%w: the kernel has no sch_netem; load it (modprobe sch_netem), or use backend user", ErrNotSupported)
	case err != nil:
		return fmt.Errorf("set sch_netem on %s: %w", link.Attrs().Name, err)
	}
	return nil
}

// readQdiscs adds the counters of both qdiscs of an interface to c.
func readQdiscs(e device.End, c *sched.Counters) error {
	return e.Do(func(link netlink.Link) error {
		all, err := netlink.QdiscList(link)
		if err != nil {
			return fmt.Errorf("read the qdiscs of %s: %w", e.Name, err)
		}
		found := 0
		for _, q := range all {
			a := q.Attrs()
			if a.Statistics == nil || a.Statistics.Basic == nil || a.Statistics.Queue == nil {
				continue
			}
			drops := uint64(a.Statistics.Queue.Drops)
			switch a.Handle {
			case pathHandle: // counts what the other drops as well
				c.Sent, c.SentBytes = uint64(a.Statistics.Basic.Packets), a.Statistics.Basic.Bytes
				c.Lost += drops
				found++
			case neckHandle:
				c.Dropped += drops
				c.Lost -= drops
				found++
			}
		}
		if found != 2 {
			return fmt.Errorf("read the qdiscs of %s: %d of the 2 sch_netem are there", e.Name, found)
		}
		return nil
	})
}
