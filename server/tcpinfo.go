package server

// TCPInfo sums what the kernel knows of the connections, from TCP_INFO. Times
// are in seconds since each connection began.
type TCPInfo struct {
	Messages     uint64  `json:"messages"`      // handed over when the figures were read
	Segments     uint64  `json:"segments"`      // sent, acknowledgements included
	DataSegments uint64  `json:"data_segments"` // sent with payload
	BytesSent    uint64  `json:"bytes_sent"`    // payload, retransmissions included
	Retransmits  uint64  `json:"retransmits"`   // segments
	Busy         float64 `json:"busy_seconds"`
	RwndLimited  float64 `json:"rwnd_limited_seconds"`
	SndbufLimit  float64 `json:"sndbuf_limited_seconds"`
}

func (a *TCPInfo) add(b TCPInfo) {
	a.Messages += b.Messages
	a.Segments += b.Segments
	a.DataSegments += b.DataSegments
	a.BytesSent += b.BytesSent
	a.Retransmits += b.Retransmits
	a.Busy += b.Busy
	a.RwndLimited += b.RwndLimited
	a.SndbufLimit += b.SndbufLimit
}

// Sub is what happened between two readings.
func (a TCPInfo) Sub(b TCPInfo) TCPInfo {
	return TCPInfo{
		a.Messages - b.Messages, a.Segments - b.Segments, a.DataSegments - b.DataSegments, a.BytesSent - b.BytesSent,
		a.Retransmits - b.Retransmits, a.Busy - b.Busy, a.RwndLimited - b.RwndLimited, a.SndbufLimit - b.SndbufLimit,
	}
}
