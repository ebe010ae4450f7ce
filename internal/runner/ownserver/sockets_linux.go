package ownserver

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// sockets reads TCP_INFO of every connection to the target's port in this
// namespace, whoever serves it (sock_diag(7)). A server that listens on all
// addresses has sockets of IPv6 with addresses of IPv4.
func (h *Host) sockets() (all []socket, err error) {
	port, _ := strconv.Atoi(h.target.Port()) // checked with the scenario
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		found, err := dump(family)
		if err != nil {
			return nil, fmt.Errorf("sock_diag: %w", err)
		}
		for _, s := range found {
			if t := s.TCPInfo; t != nil && int(s.InetDiagMsg.ID.SourcePort) == port && s.InetDiagMsg.State == established {
				all = append(all, socket{cookie: s.InetDiagMsg.ID.Cookie, info: infoOf(t)})
			}
		}
	}
	return all, nil
}

// listener tells whether a socket listens at the target's address.
func (h *Host) listener() (bool, error) {
	port, _ := strconv.Atoi(h.target.Port()) // checked with the scenario
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		found, err := dump(family)
		if err != nil {
			return false, err
		}
		for _, s := range found {
			at := s.InetDiagMsg.ID
			if int(at.SourcePort) == port && s.InetDiagMsg.State == listening && (at.Source.IsUnspecified() || at.Source.String() == h.cfg.Host) {
				return true, nil
			}
		}
	}
	return false, nil
}

// TCP_ESTABLISHED and TCP_LISTEN of the kernel.
const (
	established = 1
	listening   = 10
)

// dump asks again where sockets came and went while they were listed.
func dump(family uint8) (found []*netlink.InetDiagTCPInfoResp, err error) {
	for range 5 {
		found, err = netlink.SocketDiagTCPInfo(family)
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return found, err
}

func infoOf(t *netlink.TCPInfo) tcpInfo {
	return tcpInfo{
		Segments:     uint64(t.Segs_out),
		DataSegments: uint64(t.Data_segs_out),
		BytesSent:    t.Bytes_sent,
		Retransmits:  uint64(t.Total_retrans),
		Busy:         float64(t.Busy_time) / 1e6,
		RwndLimited:  float64(t.Rwnd_limited) / 1e6,
		SndbufLimit:  float64(t.Sndbuf_limited) / 1e6,
		Window:       uint64(t.Snd_wnd),
	}
}
