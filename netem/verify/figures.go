package verify

import (
	"math"
	"slices"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
)

// roundTrips adds the ways of packets that went both ways at the same time.
func roundTrips(down, up []arrival) []time.Duration {
	ways := map[int]time.Duration{}
	for _, a := range up {
		ways[a.seq] = a.took
	}
	var all []time.Duration
	for _, a := range down {
		if way, ok := ways[a.seq]; ok {
			all = append(all, a.took+way)
		}
	}
	slices.Sort(all)
	return all
}

// quantile of sorted values; 0 of none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// wasserstein is the distance between two distributions: by how much, on
// average, one must be moved to become the other. Both are sorted, not empty.
func wasserstein(a, b []time.Duration) time.Duration {
	const steps = 1000
	sum := 0.0
	for i := range steps {
		q := (float64(i) + 0.5) / steps
		sum += math.Abs(float64(quantile(a, q) - quantile(b, q)))
	}
	return time.Duration(sum / steps)
}

// deviation is the standard deviation.
func deviation(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sum, squares := 0.0, 0.0
	for _, d := range all {
		sum, squares = sum+float64(d), squares+float64(d)*float64(d)
	}
	n := float64(len(all))
	return time.Duration(math.Sqrt(max(0, squares/n-sum/n*sum/n)))
}

// goodput is the payload of a backlog per second: the median, over all stretches of
// half its arrivals, of what the stretch brought in its time. A stall of the machine
// at the first arrival or the last would weigh in one stretch over all of them.
func goodput(all []arrival, size int) float64 {
	half := len(all) / 2
	if half == 0 {
		return 0
	}
	spans := make([]time.Duration, 0, len(all)-half)
	for i := range all[half:] {
		spans = append(spans, all[i+half].at-all[i].at)
	}
	slices.Sort(spans)
	return float64(half*(size-headers)) / quantile(spans, 0.5).Seconds()
}

// queueBytes is the depth that a flood found: how much longer packets took than
// the quickest, in bytes at the rate. The 95th percentile stands for the full
// queue, as jitter and lateness only add.
func queueBytes(all []arrival, rate profile.Rate) float64 {
	took := make([]time.Duration, len(all))
	for i, a := range all {
		took[i] = a.took
	}
	slices.Sort(took)
	return (quantile(took, 0.95) - quantile(took, 0)).Seconds() * float64(rate) / 8
}

// lossSpread is the standard deviation of the share of n packets lost. Losses of
// a model with memory come in bursts and so scatter more. The state of a chain
// of two correlates with itself k packets on by λᵏ, where λ is 1 less both ways
// of changing state; of the variance of losses, the part that the state explains
// has that memory, and adds λ/(1-λ) of itself twice.
func lossSpread(s *profile.Shape, n int) float64 {
	p := gone(s)
	variance := p * (1 - p)
	switch l := s.Loss; {
	case l.GilbertElliott != nil:
		g := l.GilbertElliott
		bad := g.P / (g.P + g.R)
		explained := bad * (1 - bad) * (g.Bad - g.Good) * (g.Bad - g.Good)
		variance += 2 * memory(1-g.P-g.R) * explained
	case l.FourState != nil:
		variance += 2 * memory(1-l.FourState.P13-l.FourState.P31) * variance
	}
	return math.Sqrt(variance / float64(n))
}

// memory is the sum of all powers of λ; a negative λ only evens losses out.
func memory(lambda float64) float64 {
	lambda = max(0, min(0.999, lambda))
	return lambda / (1 - lambda)
}
