//go:build linux

package user

import "encoding/binary"

// What a TUN device with offloads reads and takes is preceded by a struct
// virtio_net_hdr, in the byte order of the machine: flags, kind of segmentation,
// then four numbers of 16 bits.
const (
	vnetSize = 10 // bytes

	vnetFlags    = 0
	vnetGSO      = 1
	vnetHeaders  = 2 // length of all headers
	vnetSegment  = 4 // payload bytes of a segment
	vnetSumStart = 6 // where the checksum begins to count
	vnetSumAt    = 8 // where it is put, from there on

	vnetNeedsSum = 1    // a flag: the checksum is that of the pseudo-header alone
	vnetTCP4     = 1    // a kind: TCP over IPv4
	vnetUDP      = 5    // a kind: datagrams of one size (UDP_SEGMENT)
	vnetECN      = 0x80 // a flag beside the kind
)

// Offsets into the headers of IPv4, TCP and UDP (RFC 791, 9293, 768).
const (
	ipLength   = 2
	ipID       = 4
	ipFragment = 6
	ipProtocol = 9
	ipSum      = 10
	ipSource   = 12
	ipLeast    = 20

	tcpSeq    = 4
	tcpAck    = 8
	tcpOffset = 12
	tcpFlags  = 13
	tcpWindow = 14
	tcpSum    = 16
	tcpLeast  = 20

	tcpFIN, tcpPSH, tcpACK, tcpCWR = 0x01, 0x08, 0x10, 0x80

	udpLength = 4
	udpSum    = 6
	udpSize   = 8

	protocolTCP, protocolUDP = 6, 17
)

// A super is what one read of a TUN device returned: a packet, or a super-packet
// that stands for many, of which next makes what a wire would carry.
type super struct {
	vnet    []byte
	packet  []byte
	headers int  // length; 0 if it is one packet
	ip      int  // length of the IP header
	tcp     bool // or else UDP
	segment int  // payload bytes of each
	sent    int  // payload bytes of those made
	made    int
}

// parse reads what a device returned; false is what no device returns.
func parse(b []byte) (super, bool) {
	if len(b) <= vnetSize {
		return super{}, false
	}
	s := super{vnet: b[:vnetSize], packet: b[vnetSize:]}
	switch s.vnet[vnetGSO] &^ vnetECN {
	case 0:
		return s, len(s.packet) <= packetSize
	case vnetTCP4, vnetUDP:
		s.tcp = s.vnet[vnetGSO] != vnetUDP
		return s, s.cuts()
	}
	return s, false
}

// cuts works out how a super-packet is cut. The kernel's own figure of the
// headers' length is only a hint.
func (s *super) cuts() bool {
	p := s.packet
	if len(p) < ipLeast || p[0]>>4 != 4 {
		return false
	}
	s.ip = int(p[0]&0xf) * 4
	least := s.ip + udpSize
	if s.tcp {
		least = s.ip + tcpLeast
	}
	if s.ip < ipLeast || len(p) < least {
		return false
	}
	s.headers = least
	if s.tcp {
		s.headers = s.ip + int(p[s.ip+tcpOffset]>>4)*4
	}
	s.segment = int(binary.NativeEndian.Uint16(s.vnet[vnetSegment:]))
	return s.headers >= least && s.headers < len(p) && s.segment > 0 && s.headers+s.segment <= packetSize
}

// next makes the next packet in dst, behind its virtio_net_hdr, and returns its
// size without that; 0 when there is none.
func (s *super) next(dst []byte) int {
	if s.headers == 0 {
		if s.made > 0 {
			return 0
		}
		s.made = 1
		copy(dst, s.vnet)
		return copy(dst[vnetSize:], s.packet)
	}
	payload := s.packet[s.headers+s.sent:]
	if len(payload) == 0 {
		return 0
	}
	payload = payload[:min(len(payload), s.segment)]
	clear(dst[:vnetSize])
	copy(dst[vnetFlags:], s.vnet[vnetFlags:vnetFlags+1])
	copy(dst[vnetSumStart:], s.vnet[vnetSumStart:])
	p := dst[vnetSize:]
	size := copy(p, s.packet[:s.headers])
	size += copy(p[size:], payload)
	last := s.sent+len(payload) == len(s.packet)-s.headers
	s.rewrite(p[:size], last)
	s.sent += len(payload)
	s.made++
	return size
}

// rewrite makes the headers of a segment its own.
func (s *super) rewrite(p []byte, last bool) {
	be := binary.BigEndian
	be.PutUint16(p[ipID:], be.Uint16(p[ipID:])+uint16(s.made))
	if s.tcp {
		tcp := p[s.ip:]
		be.PutUint32(tcp[tcpSeq:], be.Uint32(tcp[tcpSeq:])+uint32(s.sent))
		if !last {
			tcp[tcpFlags] &^= tcpFIN | tcpPSH
		}
		if s.made > 0 {
			tcp[tcpFlags] &^= tcpCWR
		}
	}
	lengths(p, s.ip, s.tcp)
}

// lengths writes the lengths of a packet and the checksums that cover them. That
// of TCP or UDP is the pseudo-header's alone, which the receiving kernel takes as
// right: bits are never turned in a link with offloads.
func lengths(p []byte, ip int, tcp bool) {
	be := binary.BigEndian
	be.PutUint16(p[ipLength:], uint16(len(p)))
	be.PutUint16(p[ipSum:], 0)
	be.PutUint16(p[ipSum:], ^sum(0, p[:ip]))
	body, pseudo := p[ip:], p[ipSource:ipLeast]
	if tcp {
		be.PutUint16(body[tcpSum:], sum(protocolTCP+uint32(len(body)), pseudo))
		return
	}
	be.PutUint16(body[udpLength:], uint16(len(body)))
	be.PutUint16(body[udpSum:], sum(protocolUDP+uint32(len(body)), pseudo))
}

// sum adds b, of even length, to an Internet checksum (RFC 1071), not inverted.
func sum(s uint32, b []byte) uint16 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
