package verify

import (
	"math"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
)

// A Sight is what one backend showed of a profile. Of both directions it holds
// the way down.
type Sight struct {
	RTT     []time.Duration // sorted
	Goodput float64         // bytes per second; 0 without a bottleneck
	Packets int             // sent to find losses
	Lost    int
	Bursts  []int // lengths of runs of lost packets
}

// A Pair is both backends on one profile, in one kernel.
type Pair struct {
	Profile  *profile.Profile
	User, TC Sight
}

// pairLosses is how many losses a Pair waits for on each backend.
const pairLosses = 300

// bursts are the lengths of runs of packets that did not arrive, of n.
func bursts(seen []arrival, n int) []int {
	here := make([]bool, n)
	for _, a := range seen {
		here[a.seq] = true
	}
	var all []int
	run := 0
	for _, ok := range append(here, true) {
		if !ok {
			run++
			continue
		}
		if run > 0 {
			all = append(all, run)
		}
		run = 0
	}
	return all
}

// Medians of the round trip, user's first.
func (p *Pair) Medians() (user, tc time.Duration) {
	return quantile(p.User.RTT, 0.5), quantile(p.TC.RTT, 0.5)
}

// Distance is the Wasserstein distance of the round trips.
func (p *Pair) Distance() time.Duration { return wasserstein(p.User.RTT, p.TC.RTT) }

// LossP is the probability of loss rates that differ as much or more if both
// backends lose alike, and BurstP of mean burst lengths. Both are 1 where
// nothing is lost. The scatter of rates allows for bursts; see lossSpread.
func (p *Pair) LossP() float64 {
	n := p.User.Packets
	if n == 0 {
		return 1
	}
	difference := float64(p.User.Lost-p.TC.Lost) / float64(n)
	return twoSided(difference / (math.Sqrt2 * lossSpread(&p.Profile.Down, n)))
}

// BurstP: see LossP. Lengths of bursts are independent of each other in every
// model, so that their means are compared as Welch's test compares them.
func (p *Pair) BurstP() float64 {
	if len(p.User.Bursts) < 2 || len(p.TC.Bursts) < 2 {
		return 1
	}
	m1, v1 := meanVariance(p.User.Bursts)
	m2, v2 := meanVariance(p.TC.Bursts)
	spread := math.Sqrt(v1/float64(len(p.User.Bursts)) + v2/float64(len(p.TC.Bursts)))
	if spread == 0 {
		return 1 // all bursts of both have one length
	}
	return twoSided((m1 - m2) / spread)
}

// MeanBurst is the mean length of a run of losses; 0 without any.
func (s *Sight) MeanBurst() float64 {
	m, _ := meanVariance(s.Bursts)
	return m
}

func meanVariance(all []int) (mean, variance float64) {
	if len(all) == 0 {
		return 0, 0
	}
	for _, x := range all {
		mean += float64(x)
	}
	mean /= float64(len(all))
	for _, x := range all {
		variance += (float64(x) - mean) * (float64(x) - mean)
	}
	return mean, variance / float64(max(1, len(all)-1))
}

// twoSided is the probability of a standard normal value as far from 0 as z.
func twoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// Apart lists in words where the backends differ by more than they may: median
// RTT 1 ms + 1 %, distance 1 ms + 2 %, goodput 1 %, and losses told apart at
// level alpha.
func (p *Pair) Apart(alpha float64) []string {
	var apart []string
	user, tc := p.Medians()
	allowed := time.Millisecond + tc/100
	checks := []struct {
		name string
		off  bool
	}{
		{"median RTT", (user - tc).Abs() > allowed},
		{"RTT distribution", p.Distance() > time.Millisecond+tc/50},
		{"goodput", math.Abs(p.User.Goodput-p.TC.Goodput) > 0.01*p.TC.Goodput},
		{"loss rate", p.LossP() < alpha},
		{"burst length", p.BurstP() < alpha},
	}
	for _, c := range checks {
		if c.off {
			apart = append(apart, c.name)
		}
	}
	return apart
}
