// Package verify measures a link and says whether it is what its profile asks
// for: round-trip time, loss, goodput and queue.
//
// What is sent is planned beforehand. The plan goes over the real link, and
// through the pure scheduler of package sched, whose outcome is what is asked
// for: so jitter, traces and queues are compared with what the model really
// yields for these very packets, on every backend alike.
package verify

import (
	"slices"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// Sizes of IP packets: 28 bytes of headers and at least a stamp of 16.
const (
	headers  = 28
	smallest = headers + stampBytes
	largest  = 1500
)

// stampBytes are a sequence number and the time of sending.
const stampBytes = 16

// A plan is packets of one size to send at given times.
type plan struct {
	size  int // of the IP packet
	times []time.Duration
	// steady is how far a sender may be behind; what is later is put off, as
	// sending it at once would fill the queue. 0 never puts off.
	steady time.Duration
}

// An arrival is a packet of a plan that came through.
type arrival struct {
	seq  int
	at   time.Duration // since the plan began
	took time.Duration
}

// simulate sends the plan through the scheduler of one direction.
func (p plan) simulate(pr *profile.Profile, d sched.Direction) []arrival {
	s := sched.New(pr, d)
	var all []arrival
	for seq, t := range p.times {
		for _, due := range s.Arrive(t, p.size) {
			all = append(all, arrival{seq, due.At, due.At - t})
		}
	}
	return sorted(all)
}

// sorted orders arrivals by time and drops duplicates.
func sorted(all []arrival) []arrival {
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	seen := map[int]bool{}
	return slices.DeleteFunc(all, func(a arrival) bool {
		again := seen[a.seq]
		seen[a.seq] = true
		return again
	})
}

// spaced plans n packets at even distances.
func spaced(n, size int, every time.Duration) plan {
	p := plan{size: size, times: make([]time.Duration, n)}
	for i := range p.times {
		p.times[i] = time.Duration(i) * every
	}
	return p
}

// behind lets a sender be behind by so many distances between packets.
func (p plan) behind(packets float64) plan {
	p.steady = time.Duration(packets * float64(p.times[1]))
	return p
}

// rttProbes is how many packets find the round trip.
const rttProbes = 200

// planRTT sends small packets far enough apart not to queue: at most a fifth of
// the rate.
func planRTT(p *profile.Profile) plan {
	every := 5 * time.Millisecond
	for _, s := range []*profile.Shape{&p.Down, &p.Up} {
		if r := s.MeanRate(); r > 0 {
			every = max(every, 5*r.Duration(smallest+profile.HeaderBytes+s.Overhead))
		}
	}
	return spaced(rttProbes, smallest, every).behind(0.1) // closer packets keep each other in order
}

const (
	// wantLosses is how many losses verification waits for.
	wantLosses = 50
	// lossPace is the fastest it sends, in packets per second.
	lossPace   = 10000
	maxPackets = 200_000
)

// planLoss sends enough packets to see so many of them lost, at two thirds of the
// rate; nothing where the profile loses none.
func planLoss(s *profile.Shape, losses float64) plan {
	share := gone(s)
	if share == 0 {
		return plan{}
	}
	every := time.Second / lossPace
	if r := s.MeanRate(); r > 0 {
		every = max(every, r.Duration(smallest+profile.HeaderBytes+s.Overhead)*3/2)
	}
	return spaced(min(maxPackets, max(wantLosses, int(losses/share))), smallest, every).behind(8)
}

// gone is the share of packets of which no copy arrives: lost, or with a bit
// turned, which their checksums reveal.
func gone(s *profile.Shape) float64 {
	if s.Off {
		return 1
	}
	loss, twice, bad := s.Loss.Share(), s.Duplicate, s.Corrupt
	one := (1-loss)*(1-twice) + loss*twice // one copy is left
	two := (1 - loss) * twice
	return loss*(1-twice) + one*bad + two*bad*bad
}

const (
	// floodTime is how long a flood lasts, if that makes floodLeast packets.
	floodTime  = 700 * time.Millisecond
	floodLeast = 200
	// floodBurst is the most packets it begins with.
	floodBurst = 5000
)

// plans are all that is sent, down and up.
type plans struct{ rtt, loss, flood [2]plan }

func planAll(p *profile.Profile, losses float64) *plans {
	all := &plans{}
	for d, s := range []*profile.Shape{&p.Down, &p.Up} {
		all.rtt[d], all.loss[d], all.flood[d] = planRTT(p), planLoss(s, losses), planFlood(s)
	}
	return all
}

// simulate sends a plan each way.
func simulate(p *profile.Profile, both [2]plan) (all [2][]arrival) {
	for d := range both {
		all[d] = both[d].simulate(p, sched.Direction(d))
	}
	return all
}

// planFlood fills the queue at once and then keeps it full, by sending a tenth
// more than the rate and what is lost; nothing where there is no bottleneck. On
// slow links packets are smaller, to take at most 10 ms each.
func planFlood(s *profile.Shape) plan {
	rate := s.MeanRate()
	if rate == 0 {
		return plan{}
	}
	size := max(smallest, min(largest, int(float64(rate)/8/100)))
	each := rate.Duration(size + profile.HeaderBytes + s.Overhead)
	burst := s.Limit.Packets
	if s.Limit.Bytes > 0 {
		burst = s.Limit.Bytes / (size + profile.HeaderBytes)
	}
	burst = min(burst, floodBurst)
	pace := time.Duration(float64(each) * (1 - s.Loss.Share()) / 1.1)
	p := spaced(max(floodLeast, int(floodTime/each)), size, pace)
	p.times = append(make([]time.Duration, burst), p.times...)
	return p
}
