//go:build linux

package user

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// superPacket is what the kernel hands over for payload, with options of TCP.
func superPacket(tcp bool, payload []byte, segment int, flags byte) []byte {
	vnet := make([]byte, vnetSize)
	ne, be := binary.NativeEndian, binary.BigEndian
	ip := make([]byte, ipLeast)
	ip[0], ip[8] = 4<<4|ipLeast/4, 64
	be.PutUint16(ip[ipID:], 65530) // numbers wrap
	copy(ip[ipSource:], []byte{198, 18, 0, 1, 198, 18, 0, 2})
	vnet[vnetFlags], vnet[vnetGSO] = vnetNeedsSum, vnetUDP
	body := make([]byte, udpSize)
	ip[ipProtocol] = protocolUDP
	ne.PutUint16(vnet[vnetSumAt:], udpSum)
	if tcp {
		vnet[vnetGSO], ip[ipProtocol] = vnetTCP4, protocolTCP
		body = make([]byte, tcpLeast+12)
		body[tcpOffset], body[tcpFlags] = byte(len(body)/4)<<4, flags
		be.PutUint32(body[tcpSeq:], 0xffffff00)
		copy(body[tcpLeast:], "options here")
		ne.PutUint16(vnet[vnetSumAt:], tcpSum)
	}
	be.PutUint16(body, 5000)
	be.PutUint16(body[2:], 6000)
	ne.PutUint16(vnet[vnetHeaders:], uint16(ipLeast+len(body)))
	ne.PutUint16(vnet[vnetSegment:], uint16(segment))
	ne.PutUint16(vnet[vnetSumStart:], ipLeast)
	packet := append(append(ip, body...), payload...)
	lengths(packet, ipLeast, tcp)
	return append(vnet, packet...)
}

// cutAll returns the packets, with their virtio_net_hdr, that b stands for.
func cutAll(b []byte) (all [][]byte, ok bool) {
	s, ok := parse(b)
	for ok {
		dst := make([]byte, bufferSize)
		n := s.next(dst)
		if n == 0 {
			break
		}
		all = append(all, dst[:vnetSize+n])
	}
	return all, ok
}

func TestSuperPacketsBecomeWhatAWireCarries(t *testing.T) {
	be := binary.BigEndian
	for _, tcp := range []bool{true, false} {
		payload := bytes.Repeat([]byte("abcdefghij"), 350)
		all, ok := cutAll(superPacket(tcp, payload, 1000, tcpACK|tcpPSH|tcpFIN|tcpCWR))
		if !ok || len(all) != 4 {
			t.Fatalf("tcp %v: %d packets, want 4", tcp, len(all))
		}
		var got []byte
		for i, b := range all {
			p := b[vnetSize:]
			body := p[ipLeast:]
			if sum(0, p[:ipLeast]) != 0xffff {
				t.Errorf("packet %d: the IP checksum is wrong", i)
			}
			if int(be.Uint16(p[ipLength:])) != len(p) || be.Uint16(p[ipID:]) != uint16(65530+i) {
				t.Errorf("packet %d: length %d, number %d", i, be.Uint16(p[ipLength:]), be.Uint16(p[ipID:]))
			}
			headers := udpSize
			if tcp {
				headers = tcpLeast + 12
				seq, start := be.Uint32(body[tcpSeq:]), uint32(0xffffff00)
				if want := start + uint32(i)*1000; seq != want {
					t.Errorf("packet %d: sequence number %d, want %d", i, seq, want)
				}
				want := []byte{tcpACK | tcpCWR, tcpACK, tcpACK, tcpACK | tcpPSH | tcpFIN}[i]
				if body[tcpFlags] != want {
					t.Errorf("packet %d: flags %#x, want %#x", i, body[tcpFlags], want)
				}
			} else if int(be.Uint16(body[udpLength:])) != len(body) {
				t.Errorf("packet %d: UDP length %d of %d", i, be.Uint16(body[udpLength:]), len(body))
			}
			got = append(got, body[headers:]...)
		}
		if !bytes.Equal(got, payload) {
			t.Errorf("tcp %v: the payload came out altered", tcp)
		}
	}
}

// What a super-packet was cut into merges to the same super-packet.
func TestMergeUndoesTheCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tcp := rapid.Bool().Draw(t, "tcp")
		segment := rapid.IntRange(1, 1400).Draw(t, "segment")
		payload := rapid.SliceOfN(rapid.Byte(), segment+1, min(segment*mergeMost, 60000)).Draw(t, "payload")
		flags := byte(tcpACK)
		if rapid.Bool().Draw(t, "push") {
			flags |= tcpPSH
		}
		want := superPacket(tcp, payload, segment, flags)
		all, ok := cutAll(want)
		if !ok {
			t.Fatal("not cut")
		}
		m := merger{udp: true}
		for i, p := range all {
			if !m.add(p) {
				t.Fatalf("packet %d of %d was not taken", i, len(all))
			}
		}
		got, n := m.take()
		if n != len(all) || m.wire != uint64(len(want)-vnetSize+14*n+(n-1)*(len(want)-vnetSize-len(payload))) {
			t.Fatalf("%d packets, %d bytes on the wire", n, m.wire)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestMergeKeepsApartWhatDoesNotFollow(t *testing.T) {
	packets, _ := cutAll(superPacket(true, make([]byte, 3000), 1000, tcpACK))
	change := func(at int, to byte) func([]byte) {
		return func(b []byte) { b[at] = to }
	}
	body := vnetSize + ipLeast
	for name, alter := range map[string]func([]byte){
		"another port":       change(body, 1),
		"another address":    change(vnetSize+ipSource, 1),
		"a gap":              change(body+tcpSeq+3, 1),
		"another window":     change(body+tcpWindow, 1),
		"another option":     change(body+tcpLeast, 1),
		"a reset":            change(body+tcpFlags, tcpACK|0x04),
		"a congestion mark":  change(vnetSize+1, 3),
		"an acknowledgement": change(body+tcpAck, 1),
		"another kind":       change(vnetSize+ipProtocol, protocolUDP),
		"a whole checksum":   change(vnetFlags, 0),
	} {
		t.Run(name, func(t *testing.T) {
			m := merger{udp: true}
			second := bytes.Clone(packets[1])
			alter(second)
			if !m.add(packets[0]) {
				t.Fatal("an empty merger takes everything")
			}
			if m.add(second) {
				t.Error("they were merged")
			}
		})
	}
	first := bytes.Clone(packets[0])
	first[vnetFlags] = 0
	m := merger{udp: true}
	if m.add(first); m.add(packets[1]) {
		t.Error("a packet was added to one with a whole checksum")
	}
}

// Whatever a device returned, no packet is larger than its buffer, and there is
// an end.
func FuzzParse(f *testing.F) {
	f.Add(superPacket(true, make([]byte, 5000), 1448, tcpACK))
	f.Add(superPacket(false, make([]byte, 500), 100, 0))
	f.Add(make([]byte, vnetSize+1))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, ok := cutAll(b)
		if !ok && all != nil {
			t.Error("refused and cut")
		}
		m := merger{udp: true}
		for _, p := range all {
			if len(p) > bufferSize {
				t.Errorf("%d bytes", len(p))
			}
			if !m.add(p) {
				if _, n := m.take(); n == 0 || !m.add(p) {
					t.Error("an empty merger must take every packet")
				}
			}
		}
	})
}
