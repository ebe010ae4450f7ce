package gate

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// A sequence is a confidence sequence for the centre of independent blocks: its
// intervals all contain it together with the asked probability, so that one may
// look after each block and stop when one likes.
//
// It tests each centre m by betting against it: if the values are symmetric about
// m, given those before, then for any odd function f known before each value,
//
//	exp(λ Σf(x-m) − λ² Σf(x-m)²/2)
//
// is a supermartingale with mean at most 1 (de la Peña, Annals of Probability 27,
// 1999), and so is its mixture over a normal λ, which is (Robbins, Annals of
// Mathematical Statistics 41, 1970; Howard, Ramdas, McAuliffe & Sekhon, Annals of
// Statistics 49, 2021)
//
//	sqrt(ρ/(V+ρ)) exp(S²/(2(V+ρ))),  S = Σf(x-m), V = Σf(x-m)²
//
// and passes 1/α ever with probability at most α (Ville). The interval is the
// m for which it has not. No variance needs to be known or finite. Symmetry is
// exact where the arms are alike, since then their names could be exchanged, and it
// makes no difference which comes first; AB/BA lets that cancel in pairs of blocks.
//
// f is Huber's: linear, but no value counts for more than 1.5 scales, the scale
// being that of the values before. So a block that a stall spoiled costs no more
// than one on the wrong side. A Student-t mixture, the usual choice, decides in
// seven tenths of the blocks if they are normal, and needs two to three times as
// many in bad cases if one in ten is spoiled (TestBlocksNeeded).
type sequence struct {
	values, scales []float64 // in order of blocks
	sorted         []float64
}

const (
	huber    = 1.5  // scales at which a value's weight is bounded
	mixing   = 2.0  // ρ, in squared scales: intervals are tightest at about 10 to 40 blocks
	guess    = 0.01 // scale of the first values; a wrong one costs blocks, not validity
	guessed  = 3    // values whose scale is the guess
	leastOf  = 1e-9 // scale of values that are all alike
	farthest = 40.0 // logarithm of a ratio that none has
)

func (s *sequence) add(x float64) {
	s.scales = append(s.scales, s.scale())
	s.values = append(s.values, x)
	i, _ := slices.BinarySearch(s.sorted, x)
	s.sorted = slices.Insert(s.sorted, i, x)
}

// scale is the median absolute deviation of the values so far, as the standard
// deviation of a normal distribution.
func (s *sequence) scale() float64 {
	if len(s.sorted) < guessed {
		return guess
	}
	mid := middle(s.sorted)
	deviations := make([]float64, len(s.sorted))
	for i, x := range s.sorted {
		deviations[i] = math.Abs(x - mid)
	}
	slices.Sort(deviations)
	return max(1.4826*middle(deviations), leastOf)
}

// sums returns S and V for a centre.
func (s *sequence) sums(centre float64) (sum, squares float64) {
	for i, x := range s.values {
		f := min(max((x-centre)/s.scales[i], -huber), huber)
		sum += f
		squares += f * f
	}
	return sum, squares
}

// evidence against a centre, as the logarithm of the mixture.
func (s *sequence) evidence(centre float64) float64 {
	sum, squares := s.sums(centre)
	return math.Log(mixing/(squares+mixing))/2 + sum*sum/(2*(squares+mixing))
}

// interval returns the centre and the bounds that miss it, at this look or any
// before, with probability at most alpha.
func (s *sequence) interval(alpha float64) stats.Interval {
	iv := stats.Interval{Mid: s.centre(), N: len(s.values)}
	enough := -math.Log(alpha)
	if s.evidence(-farthest) < enough || s.evidence(farthest) < enough {
		return iv
	}
	bound := func(side float64) float64 {
		far := s.scales[len(s.scales)-1] / 1024
		for far < farthest && s.evidence(iv.Mid+side*far) < enough {
			far *= 2
		}
		near := 0.0
		for range 50 {
			if mid := (near + far) / 2; s.evidence(iv.Mid+side*mid) < enough {
				near = mid
			} else {
				far = mid
			}
		}
		return iv.Mid + side*far
	}
	iv.Lo, iv.Hi, iv.OK = bound(-1), bound(1), true
	return iv
}

// centre is where S is 0, or the middle of where it is: Huber's estimate of
// location. S falls as the centre rises.
func (s *sequence) centre() float64 {
	return (s.passes(func(sum float64) bool { return sum > 0 }) + s.passes(func(sum float64) bool { return sum >= 0 })) / 2
}

// passes returns the centre up to which the sum is so.
func (s *sequence) passes(so func(sum float64) bool) float64 {
	lo, hi := s.sorted[0], s.sorted[len(s.sorted)-1]
	for range 60 {
		mid := lo + (hi-lo)/2
		if sum, _ := s.sums(mid); so(sum) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}

// middle is the median of sorted values.
func middle(x []float64) float64 {
	n := len(x)
	return (x[n/2] + x[(n-1)/2]) / 2
}
