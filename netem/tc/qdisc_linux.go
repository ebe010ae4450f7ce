package tc

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/profile"
)

// shapeEgress makes sch_netem the root qdisc of an interface, or gives the one
// that is there another specification; packets in it stay.
func shapeEgress(e device.End, s *profile.Shape) error {
	return e.Do(func(link netlink.Link) error {
		req := nl.NewNetlinkRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK)
		req.AddData(&nl.TcMsg{
			Family: nl.FAMILY_ALL, Ifindex: int32(link.Attrs().Index),
			Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT,
		})
		req.AddData(nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("netem")))
		req.AddData(options(s))
		_, err := req.Execute(unix.NETLINK_ROUTE, 0)
		switch {
		case errors.Is(err, unix.ENOENT):
			return fmt.Errorf("%w: the kernel has no sch_netem; load it (modprobe sch_netem), or use backend user", ErrNotSupported)
		case err != nil:
			return fmt.Errorf("set sch_netem on %s: %w", e.Name, err)
		}
		return nil
	})
}

// readQdisc returns the counters of the root qdisc.
func readQdisc(e device.End) (sent, sentBytes, drops uint64, err error) {
	err = e.Do(func(link netlink.Link) error {
		all, err := netlink.QdiscList(link)
		if err != nil {
			return fmt.Errorf("read the qdisc of %s: %w", e.Name, err)
		}
		for _, q := range all {
			a := q.Attrs()
			if q.Type() != "netem" || a.Statistics == nil || a.Statistics.Basic == nil || a.Statistics.Queue == nil {
				continue
			}
			sent, sentBytes = uint64(a.Statistics.Basic.Packets), a.Statistics.Basic.Bytes
			drops = uint64(a.Statistics.Queue.Drops)
			return nil
		}
		return fmt.Errorf("read the qdisc of %s: no sch_netem there", e.Name)
	})
	return sent, sentBytes, drops, err
}
