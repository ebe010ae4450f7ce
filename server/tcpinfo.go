package server

// TCPInfo sums what the kernel knows of the connections, from TCP_INFO. Times
// are in seconds since each connection began.
type TCPInfo struct {
	Read         float64 `json:"read_seconds"`  // when the figures were read (clock.Now)
	Messages     uint64  `json:"messages"`      // handed over when the figures were read
	Segments     uint64  `json:"segments"`      // sent, acknowledgements included
	DataSegments uint64  `json:"data_segments"` // sent with payload
	BytesSent    uint64  `json:"bytes_sent"`    // payload, retransmissions included
	Retransmits  uint64  `json:"retransmits"`   // segments
	Busy         float64 `json:"busy_seconds"`
	RwndLimited  float64 `json:"rwnd_limited_seconds"`
	SndbufLimit  float64 `json:"sndbuf_limited_seconds"`
	// Window is how many bytes may be in flight: the lesser of what the reader
	// offers and what the send buffer holds. 0 where the kernel does not tell.
	Window uint64 `json:"window_bytes"`
}

// Add adds the figures of another connection.
func (a *TCPInfo) Add(b TCPInfo) {
	a.Read += b.Read
	a.Messages += b.Messages
	a.Segments += b.Segments
	a.DataSegments += b.DataSegments
	a.BytesSent += b.BytesSent
	a.Retransmits += b.Retransmits
	a.Busy += b.Busy
	a.RwndLimited += b.RwndLimited
	a.SndbufLimit += b.SndbufLimit
	a.Window += b.Window
}

// Sub is what happened between two readings, Read the time that passed, summed
// over connections; the window is the larger of both.
func (a TCPInfo) Sub(b TCPInfo) TCPInfo {
	return TCPInfo{
		a.Read - b.Read, a.Messages - b.Messages, a.Segments - b.Segments, a.DataSegments - b.DataSegments, a.BytesSent - b.BytesSent,
		a.Retransmits - b.Retransmits, a.Busy - b.Busy, a.RwndLimited - b.RwndLimited, a.SndbufLimit - b.SndbufLimit,
		max(a.Window, b.Window),
	}
}
