package probe

import "net/netip"

// A Conn is what was seen of one connection since the probe was opened, or since
// its first send if that came later.
type Conn struct {
	ID     uint64         `json:"id"`            // the socket's cookie, unique on a machine
	PID    int            `json:"pid,omitempty"` // of whoever sent first, as the first PID namespace numbers it
	Local  netip.AddrPort `json:"local"`
	Remote netip.AddrPort `json:"remote"`
	Closed bool           `json:"closed,omitempty"`
	Bytes  uint64         `json:"bytes"` // that the kernel took
	Calls  *Calls         `json:"calls,omitempty"`
	Pieces *Pieces        `json:"pieces,omitempty"`
	Buffer Buffer         `json:"buffer"`
	Path   Path           `json:"path"`
}

// Calls are sends that have returned: write(2), send(2), sendmsg(2), writev(2),
// sendfile(2) and what io_uring does for them. Nil where they are not counted.
type Calls struct {
	Sends  uint64 `json:"sends"`
	EAGAIN uint64 `json:"eagain"` // refused: the send buffer was full
	Failed uint64 `json:"failed"` // with any other error
	Sizes  Sizes  `json:"sizes"`  // bytes asked for, or taken where Pieces is nil; of those that took some
}

// Pieces tell more of the sends that took something. Nil where only their end is
// seen.
type Pieces struct {
	Asked   uint64 `json:"asked"`   // bytes
	Partial uint64 `json:"partial"` // sends that took less than they were asked
	// Vectored are sends of more than one buffer: a writev of one is a write to
	// the kernel. Buffers are those of all sends.
	Vectored  uint64 `json:"vectored"`
	Buffers   uint64 `json:"buffers"`
	Coalesced uint64 `json:"coalesced"` // sends whose bytes went to a segment that still waited
	// Overlapped are sends while another thread was sending on the same
	// connection: they are counted, but not in these figures.
	Overlapped uint64 `json:"overlapped"`
}

// Buffer is the send buffer: memory, not payload.
type Buffer struct {
	Queued       uint64  `json:"queued_bytes"`    // at the last look (sk_wmem_queued)
	Allocated    uint64  `json:"allocated_bytes"` // not yet freed by the device (sk_wmem_alloc)
	Size         uint64  `json:"sndbuf_bytes"`    // a send waits, or gets EAGAIN, once this much is queued
	MaxQueued    uint64  `json:"max_queued_bytes"`
	MaxAllocated uint64  `json:"max_allocated_bytes"`
	MaxLevel     float64 `json:"max_level"` // most queued, as a share of the size it had then
	Levels       Levels  `json:"levels_ns"`
}

// Path is what TCP knows of the way to the peer.
type Path struct {
	InFlight     uint64  `json:"in_flight_bytes"` // sent and not acknowledged
	Unsent       uint64  `json:"unsent_bytes"`
	MaxInFlight  uint64  `json:"max_in_flight_bytes"`
	MaxUnsent    uint64  `json:"max_unsent_bytes"`
	Cwnd         uint64  `json:"cwnd_segments"`
	MSS          uint64  `json:"mss_bytes"`
	SRTT         float64 `json:"srtt_seconds"`
	Retransmits  uint64  `json:"retransmits"` // segments
	DataSegments uint64  `json:"data_segments"`
}

// Writes is the number of write calls of a program that goes on after EAGAIN and
// after a call that took a part, as Go does: such a write counts once. It is nil
// where that cannot be told.
func (c *Conn) Writes() *uint64 {
	if c.Calls == nil || c.Pieces == nil {
		return nil
	}
	n := c.Calls.Sends - c.Calls.EAGAIN - c.Calls.Failed - c.Pieces.Partial
	return &n
}

// Add adds another connection: counts are summed, and so is what each holds now;
// of a maximum the larger remains, of a window and a round-trip time as well.
func (c *Conn) Add(o Conn) {
	c.Bytes += o.Bytes
	if o.Calls != nil {
		if c.Calls == nil {
			c.Calls = &Calls{}
		}
		c.Calls.Sends += o.Calls.Sends
		c.Calls.EAGAIN += o.Calls.EAGAIN
		c.Calls.Failed += o.Calls.Failed
		c.Calls.Sizes.add(o.Calls.Sizes)
	}
	if o.Pieces != nil {
		if c.Pieces == nil {
			c.Pieces = &Pieces{}
		}
		p, q := c.Pieces, o.Pieces
		*p = Pieces{p.Asked + q.Asked, p.Partial + q.Partial, p.Vectored + q.Vectored, p.Buffers + q.Buffers, p.Coalesced + q.Coalesced, p.Overlapped + q.Overlapped}
	}
	c.Buffer.add(o.Buffer)
	c.Path.add(o.Path)
}

func (b *Buffer) add(o Buffer) {
	b.Queued += o.Queued
	b.Allocated += o.Allocated
	b.Size += o.Size
	b.MaxQueued = max(b.MaxQueued, o.MaxQueued)
	b.MaxAllocated = max(b.MaxAllocated, o.MaxAllocated)
	b.MaxLevel = max(b.MaxLevel, o.MaxLevel)
	b.Levels.add(o.Levels)
}

func (p *Path) add(o Path) {
	p.InFlight += o.InFlight
	p.Unsent += o.Unsent
	p.MaxInFlight = max(p.MaxInFlight, o.MaxInFlight)
	p.MaxUnsent = max(p.MaxUnsent, o.MaxUnsent)
	p.Cwnd = max(p.Cwnd, o.Cwnd)
	p.MSS = max(p.MSS, o.MSS)
	p.SRTT = max(p.SRTT, o.SRTT)
	p.Retransmits += o.Retransmits
	p.DataSegments += o.DataSegments
}
