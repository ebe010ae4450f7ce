package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"unsafe"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Of linux/inet_diag.h.
const (
	diagInfo       = 2 // INET_DIAG_INFO
	diagMemory     = 7 // INET_DIAG_SKMEMINFO
	diagMessageLen = 72
	// The states in which a connection can send: ESTABLISHED, FIN_WAIT1, CLOSE_WAIT,
	// LAST_ACK, CLOSING.
	diagStates = 1<<1 | 1<<4 | 1<<8 | 1<<9 | 1<<11
)

// Places in SO_MEMINFO, of linux/sock_diag.h.
const (
	memAllocated = 2 // SK_MEMINFO_WMEM_ALLOC
	memSize      = 3 // SK_MEMINFO_SNDBUF
	memQueued    = 5 // SK_MEMINFO_WMEM_QUEUED
	memWords     = 9
)

// diagRequest is an inet_diag_req_v2 for all TCP connections.
func diagRequest(family uint8) []byte {
	b := make([]byte, 56)
	b[0], b[1], b[2] = family, unix.IPPROTO_TCP, 1<<(diagInfo-1)|1<<(diagMemory-1)
	binary.NativeEndian.PutUint32(b[4:], diagStates)
	return b
}

// parseDiag reads an inet_diag_msg with its attributes.
func parseDiag(b []byte) (c Conn, inode uint32, err error) {
	if len(b) < diagMessageLen {
		return c, 0, fmt.Errorf("a message of %d bytes is too short", len(b))
	}
	family, id := uint16(b[0]), b[4:]
	c.Local = address(family, id[4:20], binary.BigEndian.Uint16(id))
	c.Remote = address(family, id[20:36], binary.BigEndian.Uint16(id[2:]))
	c.ID = uint64(binary.NativeEndian.Uint32(id[40:])) | uint64(binary.NativeEndian.Uint32(id[44:]))<<32
	waiting := uint64(binary.NativeEndian.Uint32(b[60:])) // not acknowledged, unsent ones included
	inode = binary.NativeEndian.Uint32(b[68:])
	attrs, err := nl.ParseRouteAttr(b[diagMessageLen:])
	if err != nil {
		return c, inode, err
	}
	for _, a := range attrs {
		switch a.Attr.Type {
		case diagInfo:
			fillPath(&c, tcpInfo(a.Value), waiting)
		case diagMemory:
			fillBuffer(&c.Buffer, a.Value)
		}
	}
	return c, inode, nil
}

// tcpInfo takes what this kernel knows of the structure, as much as there is.
func tcpInfo(b []byte) *unix.TCPInfo {
	var t unix.TCPInfo
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&t)), unsafe.Sizeof(t)), b)
	return &t
}

// fillPath takes over what TCP knows; waiting is how many bytes are not yet
// acknowledged, unsent ones included.
func fillPath(c *Conn, t *unix.TCPInfo, waiting uint64) {
	unsent := min(uint64(t.Notsent_bytes), waiting)
	c.Bytes = t.Bytes_sent - t.Bytes_retrans + unsent
	c.Path = Path{
		InFlight: waiting - unsent, Unsent: unsent, Cwnd: uint64(t.Snd_cwnd), MSS: uint64(t.Snd_mss),
		SRTT: float64(t.Rtt) / 1e6, Retransmits: uint64(t.Total_retrans), DataSegments: uint64(t.Data_segs_out),
	}
}

func fillBuffer(to *Buffer, mem []byte) {
	word := func(i int) uint64 {
		if len(mem) < 4*(i+1) {
			return 0
		}
		return uint64(binary.NativeEndian.Uint32(mem[4*i:]))
	}
	*to = Buffer{Queued: word(memQueued), Allocated: word(memAllocated), Size: word(memSize)}
}

func address(family uint16, addr []byte, port uint16) netip.AddrPort {
	if family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(addr[:4])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(addr[:16])).Unmap(), port)
}
