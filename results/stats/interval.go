// Package stats turns trials into a summary: medians, within-block ratios and
// percentiles with their intervals, and the rule that ends a run. docs/statistics.md
// says why these methods, and how well they cover.
package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// MinBlocks is the least number of blocks that gives an interval: the range of
// five values covers their median in only 94 % of cases.
const MinBlocks = 6

// Level is the nominal level of every interval. Ending a run by its width, and a
// tail that few blocks make, cost up to 2 % of coverage; a fixed number of blocks
// costs nothing: 96 % puts all within 95 ± 2 % (TestCoverage).
const Level = 0.96

// An Interval is a middle and the bounds of its 95 % interval.
type Interval struct {
	Mid, Lo, Hi float64
	N           int
	OK          bool // there are bounds
}

// RelHalfWidth is half the width relative to the middle, and infinite where
// there are no bounds.
func (i Interval) RelHalfWidth() float64 {
	if !i.OK {
		return math.Inf(1)
	}
	if i.Hi == i.Lo {
		return 0
	}
	return (i.Hi - i.Lo) / 2 / math.Abs(i.Mid)
}

// bounds returns pointers for the stored form.
func (i Interval) bounds() (lo, hi *float64) {
	if !i.OK {
		return nil, nil
	}
	return &i.Lo, &i.Hi
}

// Median returns the median of the values of independent blocks. Its interval is
// between order statistics and assumes no shape of the distribution; it is
// interpolated between the two that bracket the level (Hettmansperger & Sheather,
// Statistics & Probability Letters 4, 1986).
func Median(values []float64) Interval {
	x := slices.Sorted(slices.Values(values))
	n := len(x)
	if n == 0 {
		return Interval{Mid: math.NaN()}
	}
	iv := Interval{Mid: middle(x), N: n}
	if n < MinBlocks {
		return iv
	}
	// covers(d) is how often [x(d), x(n+1-d)] contains the median.
	half := distuv.Binomial{N: float64(n), P: 0.5}
	covers := func(d int) float64 { return 1 - 2*half.CDF(float64(d-1)) }
	d := 1
	for covers(d+1) >= Level {
		d++
	}
	outer, inner := covers(d), covers(d+1)
	share := (outer - Level) / (outer - inner)
	w := float64(n-d) * share / (float64(d) + float64(n-2*d)*share)
	iv.Lo = (1-w)*x[d-1] + w*x[d]
	iv.Hi = (1-w)*x[n-d] + w*x[n-d-1]
	iv.OK = true
	return iv
}

// GeoMedian is Median on the scale of logarithms, for ratios; the values are
// positive.
func GeoMedian(values []float64) Interval {
	logs := make([]float64, len(values))
	for i, v := range values {
		logs[i] = math.Log(v)
	}
	iv := Median(logs)
	iv.Mid, iv.Lo, iv.Hi = math.Exp(iv.Mid), math.Exp(iv.Lo), math.Exp(iv.Hi)
	return iv
}

// middle is the median of sorted values.
func middle(x []float64) float64 {
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return x[n/2-1] + (x[n/2]-x[n/2-1])/2
}
