package server

import (
	"net"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/clock"
)

// maxSegment is what a send buffer can hold beyond its size: the kernel looks at
// it before it begins a super-packet, which it then fills up.
const maxSegment = 64 << 10

// readTCPInfo returns false if the connection cannot be asked.
func readTCPInfo(conn *net.TCPConn) (info TCPInfo, ok bool) {
	err := control(conn, func(fd int) error {
		t, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return err
		}
		buffer, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
		if err != nil {
			return err
		}
		info = TCPInfo{
			Read:         time.Duration(clock.Now()).Seconds(),
			Segments:     uint64(t.Segs_out),
			DataSegments: uint64(t.Data_segs_out),
			BytesSent:    t.Bytes_sent,
			Retransmits:  uint64(t.Total_retrans),
			Busy:         float64(t.Busy_time) / 1e6,
			RwndLimited:  float64(t.Rwnd_limited) / 1e6,
			SndbufLimit:  float64(t.Sndbuf_limited) / 1e6,
			Window:       min(uint64(t.Snd_wnd), uint64(buffer)+maxSegment),
		}
		return nil
	})
	return info, err == nil
}
