package ns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/vishvananda/netlink"
)

// sysctls make a namespace fit for measuring. TCP would otherwise carry what one
// connection learnt (slow-start threshold, RTT) into the next; router
// solicitations would be packets that nobody asked for; and one client address
// would hold 28,000 connections instead of 64,000.
var sysctls = []struct{ path, value string }{
	{"net/ipv4/tcp_no_metrics_save", "1"},
	{"net/ipv4/ip_local_port_range", "1024 65535"},
	{"net/ipv6/conf/all/disable_ipv6", "1"},
	{"net/ipv6/conf/default/disable_ipv6", "1"},
}

// setUp runs inside a new namespace.
func setUp() error {
	for _, s := range sysctls {
		if err := setSysctl(s.path, s.value); err != nil {
			return err
		}
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find lo: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("set lo up: %w", err)
	}
	return nil
}

// setSysctl writes a sysctl of the thread's namespace. One the kernel does not
// have is left out: the kernel was built without the feature it tames.
func setSysctl(path, value string) error {
	err := os.WriteFile("/proc/sys/"+path, []byte(value), 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SetSysctl writes net/… of the namespace.
func (n *Namespace) SetSysctl(path, value string) error {
	return n.Do(func() error { return setSysctl(path, value) })
}
