package gate

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/combin"
)

// Change points are found by E-divisive (Matteson & James, A Nonparametric
// Approach for Multiple Change Point Analysis of Multivariate Data, Journal of the
// American Statistical Association 109, 2014): the series is cut where the energy
// distance of what lies before and after, weighted by their lengths, is largest;
// a permutation test says whether that is more than chance; each part is then cut
// in the same way. It assumes no distribution.
const (
	changeSignificance = 0.01 // a false change in that share of histories at most, first cut
	shufflesOver       = 5    // times the fewest that could show a significance
	leastSegment       = 3    // points between changes
	changeSeed         = 2014 // the same series gives the same changes
)

// leastHistory is how many points a series must have at least: so few can be shuffled
// back too easily. Of all ways to choose the last points, theirs and that of the others
// give the same cut.
func leastHistory(alpha float64) int {
	n := 2 * leastSegment
	for 2/float64(combin.Binomial(n, leastSegment)) > alpha {
		n++
	}
	return n
}

// changePoints returns, ascending, where new stretches of the series begin.
func changePoints(x []float64, alpha float64) []int {
	cuts := []int{0, len(x)}
	rng := rand.New(rand.NewPCG(changeSeed, uint64(len(x))))
	for {
		at, score := nextCut(x, cuts)
		if at < 0 || !significant(x, cuts, score, alpha, rng) {
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
// again. Sums are carried from one end to the next: O(n²) for all.
func bestCut(x []float64) (at int, score float64) {
	at = -1
	n := len(x)
	to := distances(x)
	left := 0.0 // of pairs within x[:k]
	for k := 1; k+leastSegment <= n; k++ {
		left += to[k-1][k-1]
		if k < leastSegment {
			continue
		}
		var right, across float64
		for e := k + 1; e <= n; e++ {
			across += to[e-1][k]
			right += to[e-1][e-1] - to[e-1][k]
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

// distances holds for each value the sums of its distances to the first k values.
func distances(x []float64) [][]float64 {
	n := len(x)
	all := make([]float64, n*(n+1))
	to := make([][]float64, n)
	for i := range x {
		to[i] = all[i*(n+1) : (i+1)*(n+1)]
		for k := range x {
			to[i][k+1] = to[i][k] + math.Abs(x[i]-x[k])
		}
	}
	return to
}

// significant tells whether a cut is better than the best one of nearly all
// shuffles within the segments.
func significant(x []float64, cuts []int, score, alpha float64, rng *rand.Rand) bool {
	as := 1
	y := slices.Clone(x)
	shuffles := int(math.Ceil(shufflesOver/alpha)) - 1
	for range shuffles {
		for i := 1; i < len(cuts); i++ {
			part := y[cuts[i-1]:cuts[i]]
			rng.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
		}
		if _, s := nextCut(y, cuts); s >= score {
			as++
		}
		if float64(as) > alpha*float64(shuffles+1) {
			return false
		}
	}
	return true
}
