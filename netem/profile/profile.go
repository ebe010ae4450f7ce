// Package profile describes networks: delay, loss, rate and queue of each
// direction, and how they change over time. It reads them from YAML and has the
// published ones by name.
package profile

import (
	"math"
	"slices"
	"time"
)

// A Profile is one network. Down is from the server to the client, Up back.
type Profile struct {
	Name    string   `json:"name"`
	Title   string   `json:"title,omitempty"`
	Source  string   `json:"source,omitempty"` // who published it, and where
	Down    Shape    `json:"down"`
	Up      Shape    `json:"up"`
	Moments []Moment `json:"moments,omitempty"` // in order of time
	// Repeat starts the moments again every so often; 0 never does.
	Repeat time.Duration `json:"repeat_ns,omitempty"`
	Seed   uint64        `json:"seed"`
}

// A Moment is a change of both directions, At after the link began.
type Moment struct {
	At   time.Duration `json:"at_ns"`
	Down Shape         `json:"down"`
	Up   Shape         `json:"up"`
}

// A Shape is what happens to packets in one direction. They meet its parts in
// the order of sch_netem: loss, duplication, corruption, delay with jitter, then
// the queue (Limit) before a bottleneck of Rate or Trace.
type Shape struct {
	Delay     time.Duration `json:"delay_ns"`
	Jitter    Jitter        `json:"jitter,omitzero"`
	Loss      Loss          `json:"loss,omitzero"`
	Duplicate float64       `json:"duplicate,omitempty"` // share of packets that come twice
	Corrupt   float64       `json:"corrupt,omitempty"`   // share of packets with one bit turned
	Reorder   Reorder       `json:"reorder,omitzero"`
	Rate      Rate          `json:"rate_bits_per_second,omitempty"` // 0 is no bottleneck
	Overhead  int           `json:"overhead_bytes,omitempty"`       // added to each packet's size where Rate counts it
	Trace     *Trace        `json:"trace,omitempty"`                // instead of Rate
	Limit     Limit         `json:"limit,omitzero"`
	// Off loses every packet: a black-out.
	Off bool `json:"off,omitempty"`
}

// Rate is in bits per second of frames: IP packet, Ethernet header (14 bytes) and
// Overhead.
type Rate float64

// Duration is how long size bytes take.
func (r Rate) Duration(size int) time.Duration {
	return time.Duration(float64(size)*8/float64(r)*float64(time.Second) + 0.5)
}

// A Distribution is the form of jitter.
type Distribution string

// The distributions, all with mean 0 and scaled by Jitter.Spread: Uniform lies
// within ±Spread; the others have it as their standard deviation, as the tables
// of iproute2 have.
const (
	Uniform      Distribution = "uniform"
	Normal       Distribution = "normal"
	Pareto       Distribution = "pareto"
	ParetoNormal Distribution = "paretonormal"
)

// Distributions lists them.
var Distributions = []Distribution{Uniform, Normal, Pareto, ParetoNormal}

// Jitter varies the delay from packet to packet. Packets stay in order, and one
// that would overtake another waits for it, unless Reordering.
type Jitter struct {
	Spread       time.Duration `json:"spread_ns,omitempty"`
	Distribution Distribution  `json:"distribution,omitempty"`
	Reordering   bool          `json:"reordering,omitempty"`
}

// Reorder sends a Share of packets ahead of all others, without delay. With Gap
// over 1 only every Gap-th packet may be one.
type Reorder struct {
	Share float64 `json:"share,omitempty"`
	Gap   int     `json:"gap,omitempty"`
}

// Limit bounds the queue before the bottleneck; a packet that finds it full is
// dropped. Packets that are still under way do not count. At most one is set;
// neither is no limit, and what a file gets that says nothing is one
// bandwidth-delay product.
type Limit struct {
	Packets int `json:"packets,omitempty"`
	Bytes   int `json:"bytes,omitempty"`
}

// RTT is the round trip of an idle link without jitter.
func (p *Profile) RTT() time.Duration { return p.Down.Delay + p.Up.Delay }

// HeaderBytes is the Ethernet header that sizes of frames include, on links that
// have none too, so that a rate means the same on every backend.
const HeaderBytes = 14

// frame is the size of a full frame, the unit of packet limits.
const frame = 1500 + HeaderBytes

// minQueue is the least default queue, in packets.
const minQueue = 50

// finish fills in what a file may leave out.
func (p *Profile) finish() {
	rtt := p.RTT()
	p.Down.finish(rtt)
	p.Up.finish(rtt)
	for i := range p.Moments {
		m := &p.Moments[i]
		rtt := m.Down.Delay + m.Up.Delay
		m.Down.finish(rtt)
		m.Up.finish(rtt)
	}
	if p.Seed == 0 {
		p.Seed = 1
	}
}

// finish sets the default queue: one bandwidth-delay product, at least 50
// packets.
func (s *Shape) finish(rtt time.Duration) {
	if s.Limit == (Limit{}) {
		bdp := float64(s.MeanRate()) / 8 * rtt.Seconds()
		s.Limit.Packets = max(minQueue, int(bdp/frame+0.5))
	}
	if s.Jitter.Spread > 0 && s.Jitter.Distribution == "" {
		s.Jitter.Distribution = Uniform
	}
}

// MeanRate is the bottleneck's rate over time; 0 where there is none.
func (s *Shape) MeanRate() Rate {
	if s.Trace != nil {
		return s.Trace.Rate()
	}
	return s.Rate
}

// Limited tells whether both directions have a bottleneck at all times.
func (p *Profile) Limited() bool {
	limited := p.Down.MeanRate() > 0 && p.Up.MeanRate() > 0
	for _, m := range p.Moments {
		limited = limited && m.Down.MeanRate() > 0 && m.Up.MeanRate() > 0
	}
	return limited
}

// Corrupts tells whether packets ever have a bit turned, either way.
func (p *Profile) Corrupts() bool {
	corrupts := p.Down.Corrupt+p.Up.Corrupt > 0
	for _, m := range p.Moments {
		corrupts = corrupts || m.Down.Corrupt+m.Up.Corrupt > 0
	}
	return corrupts
}

// QueueBytes is the limit in bytes of full frames.
func (s *Shape) QueueBytes() int {
	if s.Limit.Bytes > 0 {
		return s.Limit.Bytes
	}
	return s.Limit.Packets * frame
}

// Never is a time that does not come.
const Never time.Duration = math.MaxInt64

// At returns the shapes in force t after the link began, and when the next
// change comes.
func (p *Profile) At(t time.Duration) (down, up *Shape, next time.Duration) {
	base := time.Duration(0)
	if p.Repeat > 0 {
		base = t / p.Repeat * p.Repeat
		t -= base
	}
	down, up, next = &p.Down, &p.Up, Never
	if p.Repeat > 0 {
		next = base + p.Repeat
	}
	i := slices.IndexFunc(p.Moments, func(m Moment) bool { return m.At > t })
	if i >= 0 {
		next = base + p.Moments[i].At
	} else {
		i = len(p.Moments)
	}
	if i > 0 {
		down, up = &p.Moments[i-1].Down, &p.Moments[i-1].Up
	}
	return down, up, next
}
