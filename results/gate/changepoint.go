package gate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Change points are found by E-divisive (Matteson & James, A Nonparametric
// Approach for Multiple Change Point Analysis of Multivariate Data, Journal of the
// American Statistical Association 109, 2014): the series is cut where the energy
// distance of what lies before and after, weighted by their lengths, is largest;
// a permutation test says whether that is more than chance; each part is then cut
// in the same way. It assumes no distribution.
const (
	changePermutations = 499
	changeSignificance = 0.01 // a false change in a series of that share at most, first cut
	leastSegment       = 3    // points between changes
	changeSeed         = 2014 // the same series gives the same changes
)

// changePoints returns, ascending, where new stretches of the series begin.
func changePoints(x []float64) []int {
	cuts := []int{0, len(x)}
	rng := rand.New(rand.NewPCG(changeSeed, uint64(len(x))))
	for {
		at, score := nextCut(x, cuts)
		if at < 0 || !significant(x, cuts, score, rng) {
			return cuts[1 : len(cuts)-1]
		}
		cuts = append(cuts, at)
		slices.Sort(cuts)
	}
}

// nextCut returns the best further cut; -1 where no segment is long enough.
func nextCut(x []float64, cuts []int) (at int, score float64) {
	at = -1
	for i := 1; i < len(cuts); i++ {
		if k, s := bestCut(x[cuts[i-1]:cuts[i]]); k >= 0 && (at < 0 || s > score) {
			at, score = cuts[i-1]+k, s
		}
	}
	return at, score
}

// bestCut maximises, over cuts k and ends e of the part after it, the scaled energy
// distance of x[:k] and x[k:e]; that the end varies finds a change that is undone
// again. The sums are carried from one end to the next: O(n²) for all.
func bestCut(x []float64) (at int, score float64) {
	at = -1
	n := len(x)
	within := func(from, to int) (sum float64) { // of pairs
		for i := from; i < to; i++ {
			for j := from; j < i; j++ {
				sum += math.Abs(x[i] - x[j])
			}
		}
		return sum
	}
	left := within(0, min(n, leastSegment))
	for k := leastSegment; k+leastSegment <= n; k++ {
		if k > leastSegment {
			for j := range k - 1 {
				left += math.Abs(x[k-1] - x[j])
			}
		}
		var right, across float64
		for e := k + 1; e <= n; e++ {
			for j := range k {
				across += math.Abs(x[e-1] - x[j])
			}
			for j := k; j < e-1; j++ {
				right += math.Abs(x[e-1] - x[j])
			}
			if e-k < leastSegment {
				continue
			}
			a, b := float64(k), float64(e-k)
			energy := 2*across/(a*b) - 2*left/(a*(a-1)) - 2*right/(b*(b-1))
			if s := a * b / (a + b) * energy; at < 0 || s > score {
				at, score = k, s
			}
		}
	}
	return at, score
}

// significant tells whether a cut is better than the best one of nearly all
// shuffles within the segments.
func significant(x []float64, cuts []int, score float64, rng *rand.Rand) bool {
	as := 1
	y := slices.Clone(x)
	for range changePermutations {
		for i := 1; i < len(cuts); i++ {
			part := y[cuts[i-1]:cuts[i]]
			rng.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
		}
		if _, s := nextCut(y, cuts); s >= score {
			as++
		}
		if float64(as) > changeSignificance*(changePermutations+1) {
			return false
		}
	}
	return true
}
