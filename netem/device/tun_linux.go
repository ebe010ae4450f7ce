package device

import (
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// tunQueue is how many packets a TUN device holds for its reader. The kernel
// drops what does not fit and counts it (tx_dropped).
const tunQueue = 10000

// What a reader of a device is willing to take (linux/if_tun.h): checksums to be
// made, TCP super-packets over IPv4, UDP ones (Linux 6.2; both versions of IP or
// neither).
const offloadSums, offloadTCP4, offloadUDP = 0x01, 0x02, 0x20 | 0x40

// Tun makes a TUN device (IP packets, no link header), addressed and up, and
// returns the descriptor that reads and writes its packets, non-blocking, each
// behind a struct virtio_net_hdr of 10 bytes. With offloads a read may return a
// super-packet and leave checksums to whoever reads; without, each packet is one
// segment with its checksum. Closing the descriptor removes the device.
// udp tells whether super-packets of UDP may be written, too.
func Tun(e End, mtu int, offloads bool) (fd int, udp bool, err error) {
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
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | unix.IFF_VNET_HDR)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
			return fmt.Errorf("make TUN device %s: %w", e.Name, err)
		}
		if offloads {
			err := unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, offloadSums|offloadTCP4|offloadUDP)
			udp = err == nil
			if errors.Is(err, unix.EINVAL) {
				err = unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, offloadSums|offloadTCP4)
			}
			if err != nil {
				return fmt.Errorf("offloads of TUN device %s: %w", e.Name, err)
			}
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
	return fd, udp, err
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
