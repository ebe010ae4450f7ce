//go:build linux

package user

// Packets lie in slabs and are known by number, so that queues of them hold no
// pointers for the garbage collector to follow.
const (
	bufferSize = 2048 // holds the MTU of 1500
	packetSize = bufferSize - vnetSize
	slabSize   = 64
	// maxPackets bounds the memory of one direction to 128 MiB: 0.78 s at
	// 1 Gbit/s.
	maxPackets = 128 << 20 / bufferSize
	// spare is the buffer that packets go to which there is no memory for.
	spare = -1
)

// A packet is a buffer of the pool: a virtio_net_hdr and, behind it, size bytes.
type packet struct{ index, size int32 }

// A pool lends buffers. It grows to the most that was needed at once.
type pool struct {
	slabs []*[slabSize * bufferSize]byte
	free  []int32
	spare [bufferSize]byte
}

// get lends a buffer, or reports that all are in use.
func (p *pool) get() (packet, bool) {
	if len(p.free) == 0 && !p.grow() {
		return packet{}, false
	}
	last := len(p.free) - 1
	index := p.free[last]
	p.free = p.free[:last]
	return packet{index: index}, true
}

func (p *pool) grow() bool {
	first := int32(len(p.slabs)) * slabSize
	if first >= maxPackets {
		return false
	}
	p.slabs = append(p.slabs, new([slabSize * bufferSize]byte))
	for i := int32(slabSize) - 1; i >= 0; i-- {
		p.free = append(p.free, first+i)
	}
	return true
}

// put takes a buffer back.
func (p *pool) put(b packet) {
	if b.index != spare {
		p.free = append(p.free, b.index)
	}
}

// bytes is the whole buffer.
func (p *pool) bytes(b packet) []byte {
	if b.index == spare {
		return p.spare[:]
	}
	start := b.index % slabSize * bufferSize
	return p.slabs[b.index/slabSize][start : start+bufferSize]
}
