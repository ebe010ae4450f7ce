package tc

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/vishvananda/netlink/nl"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// Attributes of sch_netem (linux/pkt_sched.h) that package nl does not name.
const (
	attrLatency64 = 10
	attrJitter64  = 11

	lossFourState      = 1
	lossGilbertElliott = 2
)

const (
	// maxLimit bounds the packets a qdisc holds, as the user backend is bounded.
	maxLimit = 65536
	// inOrder is a rate in bytes/s that delays nothing (0.4 µs a packet) and
	// makes sch_netem keep order: with a rate it lets no packet out before the
	// one that came first, whatever the jitter.
	inOrder = 4e9
	// tableSize is how many quantiles describe a distribution, and tableUnit
	// the value that stands for one spread.
	tableSize = 4096
	tableUnit = 8192
)

// Supports tells what in the profile sch_netem lacks, or nil.
func Supports(p *profile.Profile) error {
	shapes := []profile.Shape{p.Down, p.Up}
	for _, m := range p.Moments {
		shapes = append(shapes, m.Down, m.Up)
	}
	for _, s := range shapes {
		switch {
		case s.Trace != nil:
			return fmt.Errorf("%w: a trace-driven rate; use backend user", ErrNotSupported)
		case s.Jitter.Reordering && s.Rate > 0:
			return fmt.Errorf("%w: reordering jitter together with a rate; use backend user", ErrNotSupported)
		}
	}
	return nil
}

// split divides a shape between two sch_netem, the second inside the first:
// delay and all that befalls single packets, then the queue and its bottleneck.
// One alone would count the packets under way against the queue's limit.
func split(s *profile.Shape) (path, neck profile.Shape) {
	path = *s
	path.Rate, path.Overhead, path.Limit = 0, 0, profile.Limit{Packets: maxLimit}
	neck = profile.Shape{Rate: s.Rate, Overhead: s.Overhead, Limit: s.Limit}
	if s.Rate == 0 {
		neck.Limit = path.Limit
	}
	return path, neck
}

// options is the whole specification of a shape. Every attribute is always
// there: the kernel keeps the old value of those that are not.
func options(s *profile.Shape) *nl.RtAttr {
	rate, rate64 := rateOf(s)
	gap := uint32(s.Reorder.Gap)
	if s.Reorder.Share > 0 {
		gap = max(1, gap)
	}
	loss := s.Loss.Random
	if s.Off {
		loss = 1
	}
	// struct tc_netem_qopt: latency, limit, loss, gap, duplicate, jitter. The
	// two times are in ticks and are overridden by the attributes in ns.
	o := nl.NewRtAttr(nl.TCA_OPTIONS, words(0, limitOf(s), share(loss), gap, share(s.Duplicate), 0))
	o.AddRtAttr(attrLatency64, native64(uint64(s.Delay)))
	o.AddRtAttr(attrJitter64, native64(uint64(s.Jitter.Spread)))
	o.AddRtAttr(nl.TCA_NETEM_CORR, words(0, 0, 0))
	o.AddRtAttr(nl.TCA_NETEM_REORDER, words(share(s.Reorder.Share), 0))
	o.AddRtAttr(nl.TCA_NETEM_CORRUPT, words(share(s.Corrupt), 0))
	o.AddRtAttr(nl.TCA_NETEM_RATE64, native64(rate64))
	o.AddRtAttr(nl.TCA_NETEM_RATE, words(rate, uint32(int32(s.Overhead)), 0, 0))
	if s.Jitter.Spread > 0 {
		o.AddRtAttr(nl.TCA_NETEM_DELAY_DIST, table(s.Jitter.Distribution))
	}
	if !s.Off {
		addLoss(o, &s.Loss)
	}
	return o
}

// addLoss adds a model with memory; without the attribute loss is random.
func addLoss(o *nl.RtAttr, l *profile.Loss) {
	switch {
	case l.GilbertElliott != nil:
		g := l.GilbertElliott
		o.AddRtAttr(nl.TCA_NETEM_LOSS, nil).AddRtAttr(lossGilbertElliott,
			words(share(g.P), share(g.R), share(1-g.Bad), share(g.Good)))
	case l.FourState != nil:
		f := l.FourState
		o.AddRtAttr(nl.TCA_NETEM_LOSS, nil).AddRtAttr(lossFourState,
			words(share(f.P13), share(f.P31), share(f.P32), share(f.P14), share(f.P23)))
	}
}

// rateOf is the rate in bytes per second, in 32 bits and, where these are too
// few, in 64.
func rateOf(s *profile.Shape) (rate uint32, rate64 uint64) {
	bytes := float64(s.Rate) / 8
	if bytes == 0 && s.Jitter.Spread > 0 && !s.Jitter.Reordering {
		bytes = inOrder
	}
	if bytes > math.MaxUint32 {
		return math.MaxUint32, uint64(bytes)
	}
	return uint32(bytes), 0
}

// limitOf is how many packets the qdisc may hold, of which the one that is being
// sent is one more than those that wait. It knows no bytes: they are taken as
// full frames.
func limitOf(s *profile.Shape) uint32 {
	if s.Limit == (profile.Limit{}) {
		return maxLimit
	}
	return uint32(min(maxLimit, s.QueueBytes()/(1500+profile.HeaderBytes)+1))
}

// table describes a distribution as the kernel wants it.
func table(d profile.Distribution) []byte {
	var b []byte
	for i := range tableSize {
		x := sched.Quantile(d, (float64(i)+0.5)/tableSize) * tableUnit
		b = binary.NativeEndian.AppendUint16(b, uint16(int16(max(math.MinInt16, min(math.MaxInt16, math.Round(x))))))
	}
	return b
}

// share maps 0…1 to the kernel's 0…2³²-1.
func share(x float64) uint32 { return uint32(math.Round(x * math.MaxUint32)) }

func words(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.NativeEndian.AppendUint32(b, v)
	}
	return b
}

func native64(v uint64) []byte { return binary.NativeEndian.AppendUint64(nil, v) }
