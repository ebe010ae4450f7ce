// Package limit says how fast a TCP stream can be on a given link at best, from
// physics and published response functions alone.
package limit

import "math"

// What Ethernet (14), IPv4 (20) and TCP with time stamps (32) take of a frame,
// and the payload of a full segment on a link with an MTU of 1500 bytes.
const (
	HeaderBytes  = 14 + 20 + 32
	SegmentBytes = 1500 - 20 - 32
)

// A Link is one direction of a link, as its profile asks for it, and what the
// ends were measured to allow.
type Link struct {
	Rate     float64 // bits of frames per second; 0 is no bottleneck
	Overhead int     // bytes that Rate counts beyond HeaderBytes for each frame
	RTT      float64 // seconds, of the idle link
	Loss     float64 // share of packets lost at random, independently; 0 is none
	Window   float64 // bytes in flight at most, all connections; 0 is unknown
	// Connections that share the link, each with a congestion window of its own.
	Connections int
	Congestion  string // "reno", "cubic", or another, of which no limit is claimed
}

// BytesPerSecond is the least of the limits that apply, in bytes of TCP payload
// per second; ok is false where none does.
func (l Link) BytesPerSecond() (limit float64, ok bool) {
	limit = min(l.rate(), l.window(), l.response())
	return limit, !math.IsInf(limit, 1)
}

// rate is what full segments leave of the link's rate.
func (l Link) rate() float64 {
	if l.Rate == 0 {
		return math.Inf(1)
	}
	return l.Rate / 8 * SegmentBytes / float64(SegmentBytes+HeaderBytes+l.Overhead)
}

// window is a window in each round trip: a byte in flight is acknowledged one
// round trip later at the earliest.
func (l Link) window() float64 {
	if l.Window == 0 || l.RTT == 0 {
		return math.Inf(1)
	}
	return l.Window / l.RTT
}

// response is the mean congestion window under random loss, in each round trip.
func (l Link) response() float64 {
	if l.Loss == 0 || l.RTT == 0 {
		return math.Inf(1)
	}
	segments := math.Inf(1)
	switch l.Congestion {
	case "reno":
		segments = Reno(l.Loss)
	case "cubic":
		segments = Cubic(l.RTT, l.Loss)
	}
	return float64(max(1, l.Connections)) * segments * SegmentBytes / l.RTT
}

// Reno is the mean congestion window, in segments, of TCP Reno that loses each
// packet with probability p, and whose receiver acknowledges every packet:
// √(3/2p). Mathis, Semke, Mahdavi and Ott, "The macroscopic behavior of the TCP
// congestion avoidance algorithm", ACM SIGCOMM Computer Communication Review 27
// (1997), equation 3. Delayed acknowledgements and time-outs only lower it.
func Reno(p float64) float64 { return math.Sqrt(1.5 / p) }

// Constants of CUBIC: RFC 9438, sections 4.1.1 and 4.6.
const (
	cubicC    = 0.4
	cubicBeta = 0.7
)

// Cubic is the mean congestion window of CUBIC, in segments, for a round trip of
// rtt seconds and a loss probability of p: RFC 9438, section 5.1, figure 5, and
// never less than Reno's, which its Reno-friendly region follows (section 4.3).
func Cubic(rtt, p float64) float64 {
	own := math.Pow(cubicC*(3+cubicBeta)/(4*(1-cubicBeta)), 0.25) * math.Pow(rtt/p, 0.75)
	return max(own, Reno(p))
}
