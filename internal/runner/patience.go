package runner

import (
	"time"

	"github.com/pushbench/pushbench/internal/limit"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem/profile"
)

// How long a trial waits for what is under way at the end of its load. On a slow
// link that is what the send buffer and the queue hold, at the link's rate.
const (
	grace      = 5 * time.Second // on any network
	deadGrace  = time.Second     // where nothing can arrive any more
	mostGrace  = 5 * time.Minute
	graceTrips = 10
	// leastBuffered is what a connection's send buffer holds at first;
	// mostBuffered is what it grows to by itself (net.ipv4.tcp_wmem).
	leastBuffered = 128 << 10
	mostBuffered  = 4 << 20
)

// graceOf is the grace time of a cell; p is nil where nothing is emulated.
func graceOf(v plan.Values, p *profile.Profile) time.Duration {
	if p == nil {
		return grace
	}
	if _, back, dead := outage(p); dead && back == profile.Never {
		return deadGrace
	}
	d := grace + graceTrips*p.RTT()
	link := linkLimit(v, &p.Down, p.RTT())
	rate, limited := link.BytesPerSecond()
	if !limited {
		return d
	}
	queue := 0.0
	if link.Rate > 0 {
		queue = float64(p.Down.QueueBytes())
	}
	// TCP grows the buffer to twice what is in flight; as much again is leeway.
	buffer := min(mostBuffered, max(leastBuffered, 4*(rate*p.RTT().Seconds()+queue)))
	if set := v.Number("sndbuf"); set > 0 {
		buffer = 2 * set
	}
	drain := (queue + buffer*v.Number("connections")) / rate
	return min(mostGrace, d+plan.Seconds(drain).Duration())
}

// linkLimit describes one direction of an emulated network as package limit
// wants it, windows aside. Only losses without memory have a known effect.
func linkLimit(v plan.Values, s *profile.Shape, rtt time.Duration) limit.Link {
	l := limit.Link{
		Rate: float64(s.MeanRate()), Overhead: s.Overhead, RTT: rtt.Seconds(), Loss: s.Loss.Random,
		Connections: v.Int("connections"), Congestion: v.Text("congestion"),
	}
	if v.Text("server") != plan.Ours {
		l.Congestion = "" // it is the server's own affair
	}
	if s.Trace != nil {
		l.Overhead = -profile.HeaderBytes // a trace counts IP packets alone
	}
	return l
}

// outage finds the first time a network is dead towards the reader, and when it
// is back; dead is false if it never is.
func outage(p *profile.Profile) (at, back time.Duration, dead bool) {
	for _, m := range p.Moments {
		switch {
		case m.Down.Off && !dead:
			at, dead = m.At, true
		case !m.Down.Off && dead:
			return at, m.At, true
		}
	}
	if dead && p.Repeat > 0 {
		return at, p.Repeat, true
	}
	return at, profile.Never, dead
}
