//go:build linux

package user

import (
	"bytes"
	"encoding/binary"

	"github.com/pushbench/pushbench/netem/profile"
)

// A merger puts packets that are delivered at the same moment into one
// super-packet, as a network card does with what it receives (GRO): one call
// instead of one a packet. Only what a super-packet was cut into is merged.
type merger struct {
	udp     bool // the kernel takes super-packets of UDP
	buffer  [vnetSize + 64<<10]byte
	size    int // of the packet in it, virtio_net_hdr not counted
	count   int // of packets in it
	headers int // length; 0 where nothing can be added
	segment int // payload bytes of the first
	tcp     bool
	wire    uint64 // bytes of all its packets on a wire, see profile.HeaderBytes
}

// mergeMost is how many packets one write delivers: the time they are stamped
// with is the same, and a burst is what one look at the clock is good for.
const mergeMost = burst

// add takes a packet, behind its virtio_net_hdr, to those it has; false if they
// do not go together. An empty merger takes every packet.
func (m *merger) add(b []byte) bool {
	p := b[vnetSize:]
	if m.count == 0 {
		m.wire = uint64(len(p)) + profile.HeaderBytes
		m.size = copy(m.buffer[:], b) - vnetSize
		m.count = 1
		m.classify(b)
		return true
	}
	if m.headers == 0 || b[vnetFlags] != vnetNeedsSum || !m.follows(p) {
		return false
	}
	payload := p[m.headers:]
	m.size += copy(m.buffer[vnetSize+m.size:], payload)
	m.wire += uint64(len(p)) + profile.HeaderBytes
	m.count++
	if len(payload) < m.segment || m.tcp && p[ipLeast+tcpFlags]&tcpPSH != 0 {
		m.close(p)
	}
	return true
}

// classify finds out whether more can be added to the first packet: it must have
// a payload, and a checksum that the kernel does not look at.
func (m *merger) classify(b []byte) {
	m.headers = 0
	p := b[vnetSize:]
	if b[vnetFlags] != vnetNeedsSum || b[vnetGSO] != 0 || len(p) < ipLeast+udpSize || p[0] != 4<<4|ipLeast/4 {
		return
	}
	headers := ipLeast + udpSize
	switch p[ipProtocol] {
	case protocolUDP:
		if !m.udp {
			return
		}
		m.tcp = false
	case protocolTCP:
		m.tcp = true
		if len(p) < ipLeast+tcpLeast || p[ipLeast+tcpFlags] != tcpACK {
			return
		}
		headers = ipLeast + int(p[ipLeast+tcpOffset]>>4)*4
	default:
		return
	}
	if len(p) > headers {
		m.headers, m.segment = headers, len(p)-headers
	}
}

// follows tells whether p comes right behind what is there, in the same flow:
// all its headers are the same but for lengths, numbers and checksums.
func (m *merger) follows(p []byte) bool {
	first := m.buffer[vnetSize:]
	size := len(p) - m.headers
	if size <= 0 || size > m.segment || m.size+size > 64<<10-1 || m.count == mergeMost ||
		!bytes.Equal(p[:ipLength], first[:ipLength]) || !bytes.Equal(p[ipFragment:ipSum], first[ipFragment:ipSum]) ||
		!bytes.Equal(p[ipSource:ipLeast], first[ipSource:ipLeast]) {
		return false
	}
	a, b := first[ipLeast:m.headers], p[ipLeast:m.headers]
	if !m.tcp {
		return bytes.Equal(b[:udpLength], a[:udpLength])
	}
	seq := binary.BigEndian.Uint32(a[tcpSeq:]) + uint32(m.size-m.headers)
	return binary.BigEndian.Uint32(b[tcpSeq:]) == seq && b[tcpFlags]&^tcpPSH == a[tcpFlags] &&
		bytes.Equal(b[:tcpSeq], a[:tcpSeq]) && bytes.Equal(b[tcpAck:tcpFlags], a[tcpAck:tcpFlags]) &&
		bytes.Equal(b[tcpWindow:tcpSum], a[tcpWindow:tcpSum]) && bytes.Equal(b[tcpSum+2:], a[tcpSum+2:])
}

// close ends the super-packet with p, its last: TCP's push holds for the whole.
func (m *merger) close(p []byte) {
	if m.tcp {
		m.buffer[vnetSize+ipLeast+tcpFlags] |= p[ipLeast+tcpFlags] & tcpPSH
	}
	m.sealed()
	m.headers = 0
}

// sealed makes the headers those of the whole.
func (m *merger) sealed() {
	if m.headers == 0 || m.count == 1 {
		return
	}
	vnet, p := m.buffer[:vnetSize], m.buffer[vnetSize:vnetSize+m.size]
	vnet[vnetGSO] = vnetUDP
	if m.tcp {
		vnet[vnetGSO] = vnetTCP4
	}
	binary.NativeEndian.PutUint16(vnet[vnetHeaders:], uint16(m.headers))
	binary.NativeEndian.PutUint16(vnet[vnetSegment:], uint16(m.segment))
	lengths(p, ipLeast, m.tcp)
}

// take returns what was merged, behind its virtio_net_hdr, and how many packets
// it stands for, and empties the merger.
func (m *merger) take() (b []byte, count int) {
	m.sealed()
	b, count = m.buffer[:vnetSize+m.size], m.count
	m.count = 0
	return b, count
}
