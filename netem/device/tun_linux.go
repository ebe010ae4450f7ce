package device

import (
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// tunQueue is how many packets a TUN device holds for its reader. The kernel
// drops what does not fit and counts it (tx_dropped).
const tunQueue = 10000

// Tun makes a TUN device (IP packets, no link header), addressed and up, and
// returns the descriptor that reads and writes its packets, non-blocking. The
// device has no offloads: each packet is one segment with its checksum. Closing
// the descriptor removes it.
func Tun(e End, mtu int) (fd int, err error) {
	fd = -1
	err = e.NS.Do(func() error {
		fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return fmt.Errorf("open /dev/net/tun: %w; %s", err, tunRemedy(err))
		}
		req, err := unix.NewIfreq(e.Name)
		if err != nil {
			return err
		}
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
			return fmt.Errorf("make TUN device %s: %w", e.Name, err)
		}
		link, err := netlink.LinkByName(e.Name)
		if err != nil {
			return err
		}
		if err := netlink.LinkSetTxQLen(link, tunQueue); err != nil {
			return err
		}
		return netlink.LinkSetMTU(link, mtu)
	})
	if err == nil {
		err = e.up()
	}
	if err != nil && fd >= 0 {
		unix.Close(fd)
		fd = -1
	}
	return fd, err
}

func tunRemedy(err error) string {
	switch {
	case os.IsPermission(err):
		return "let your user open it (chmod 0666 /dev/net/tun, as most distributions have it) or run as root"
	case os.IsNotExist(err):
		return "load the tun module, and make the device: mknod /dev/net/tun c 10 200"
	}
	return "is the kernel's tun module there?"
}
