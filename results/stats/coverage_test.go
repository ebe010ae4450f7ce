package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	simulated = 2000 // draws of each case
	nominal   = 0.95
	tolerated = 0.02
)

func checkCoverage(t *testing.T, what string, covered, of int) {
	t.Helper()
	c := float64(covered) / float64(of)
	t.Logf("%-60s %.1f %%", what, 100*c)
	if math.Abs(c-nominal) > tolerated {
		t.Errorf("%s: covers %.2f %% of %d draws, want %.0f ± %.0f %%", what, 100*c, of, 100*nominal, 100*tolerated)
	}
}

// A source draws the values of a cell and its base in one block.
type source struct {
	name   string
	draw   func(r *rand.Rand) (cell, base float64)
	ratio  float64 // the true median of cell/base
	median float64 // the true median of the cell's value; 0: not unique
}

func logNormal(r *rand.Rand, median, sigma float64) float64 {
	return median * math.Exp(sigma*r.NormFloat64())
}

var sources = []source{
	{"log-normal, sigma 0.1", func(r *rand.Rand) (float64, float64) {
		return logNormal(r, 38, 0.1), logNormal(r, 10, 0.1)
	}, 3.8, 38},
	{"log-normal, sigma 0.2", func(r *rand.Rand) (float64, float64) {
		return logNormal(r, 38, 0.2), logNormal(r, 10, 0.2)
	}, 3.8, 38},
	{"two speeds, -50 % in a third of the blocks", func(r *rand.Rand) (float64, float64) {
		speed := 1.0
		if r.Float64() < 1.0/3 {
			speed = 0.5
		}
		return speed * logNormal(r, 38, 0.05), speed * logNormal(r, 10, 0.05)
	}, 3.8, 0},
	{"two speeds, +50 % in half of the blocks", func(r *rand.Rand) (float64, float64) {
		speed := 1 + 0.5*float64(r.IntN(2))
		return speed * logNormal(r, 38, 0.1), speed * logNormal(r, 10, 0.1)
	}, 3.8, 0},
	{"exponential, long tail upwards", func(r *rand.Rand) (float64, float64) {
		return 38 * math.Exp(0.2*(r.ExpFloat64()-math.Ln2)), 10
	}, 3.8, 38},
}

// stopped is how a run ends: a look after each block from MinBlocks on.
func stopped(draw func() float64, of func([]float64) Interval, until float64, most int) Interval {
	var values []float64
	for {
		values = append(values, draw())
		if len(values) < MinBlocks {
			continue
		}
		if enough(values, until) || len(values) == most {
			return of(values)
		}
	}
}

// Until 0 never stops early; the largest always stops at the first look; those
// between are where looking costs most.
var untils = []float64{0, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.3, 10}

func TestCoverage(t *testing.T) {
	for i, s := range sources {
		t.Run(s.name, func(t *testing.T) { coverage(t, uint64(i), s) })
	}
}

func coverage(t *testing.T, seed uint64, s source) {
	t.Parallel()
	for _, until := range untils {
		r := rand.New(rand.NewPCG(1, seed))
		ratios, medians := 0, 0
		for range simulated {
			ratio := stopped(func() float64 { c, b := s.draw(r); return c / b }, GeoMedian, until, 20)
			if ratio.Lo <= s.ratio && s.ratio <= ratio.Hi {
				ratios++
			}
			if s.median == 0 {
				continue
			}
			median := stopped(func() float64 { c, _ := s.draw(r); return c }, Median, until, 20)
			if median.Lo <= s.median && s.median <= median.Hi {
				medians++
			}
		}
		checkCoverage(t, fmt.Sprintf("ratio, %s, until ±%.0f %%", s.name, 100*until), ratios, simulated)
		if s.median != 0 {
			checkCoverage(t, fmt.Sprintf("median, %s, until ±%.0f %%", s.name, 100*until), medians, simulated)
		}
	}
}

// Every fixed number of blocks, without looking.
func TestCoverageFixed(t *testing.T) {
	t.Parallel()
	for n := MinBlocks; n <= 20; n++ {
		r := rand.New(rand.NewPCG(2, uint64(n)))
		covered := 0
		for range simulated {
			values := make([]float64, n)
			for i := range values {
				values[i] = logNormal(r, 1, 0.15)
			}
			if iv := Median(values); iv.Lo <= 1 && 1 <= iv.Hi {
				covered++
			}
		}
		checkCoverage(t, fmt.Sprintf("median of %d blocks, log-normal, sigma 0.15", n), covered, simulated)
	}
}

// Percentiles of merged histograms: every block shifts all its latencies by a
// log-normal factor of sigma tau; within a block they are log-normal.
func TestCoveragePercentiles(t *testing.T) {
	t.Parallel()
	const buckets = 1500
	ns := make([]int64, buckets)
	for i := range ns {
		ns[i] = int64(1e5 * math.Exp(-2+6.5*float64(i)/buckets))
	}
	cdf := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	for i, c := range []struct{ tau, within float64 }{{0.1, 0.5}, {0.2, 0.5}, {0.1, 1}, {0.2, 1}} {
		r := rand.New(rand.NewPCG(3, uint64(i)))
		// The population is a large pool of blocks; its percentile is the truth.
		pool := timing{ns: ns}
		var once []int
		const blocks = 600 // evenly over the log-normal distribution of shifts
		for k := range blocks {
			shift := c.tau * distuv.UnitNormal.Quantile((float64(k)+0.5)/blocks)
			cum := make([]int64, buckets)
			for j, v := range ns {
				cum[j] = int64(1e6 * cdf((math.Log(float64(v)/1e5)-shift)/c.within))
			}
			pool.cum = append(pool.cum, cum)
			once = append(once, 1)
		}
		for _, q := range []float64{0.5, 0.99} {
			truth := pool.quantile(once, q)
			for _, n := range []int{6, 12, 20} {
				covered, given := 0, 0
				for range simulated {
					run := timing{ns: ns}
					for range n {
						run.cum = append(run.cum, pool.cum[r.IntN(len(pool.cum))])
					}
					iv := run.interval(q)
					if iv.OK {
						given++
					}
					if iv.OK && iv.Lo <= truth && truth <= iv.Hi {
						covered++
					}
				}
				if given < simulated*9/10 {
					t.Errorf("p%g of %d blocks: an interval in %d of %d draws only", 100*q, n, given, simulated)
				}
				checkCoverage(t, fmt.Sprintf("p%g of %d blocks, sigma %g between, %g within", 100*q, n, c.tau, c.within), covered, given)
			}
		}
	}
}

// The test must be able to fail: the plain interval at 95 %, looked at after
// every block, covers too little.
func TestCoverageOfPlainInterval(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	plain := func(x []float64) Interval {
		mean, variance := 0.0, 0.0
		for _, v := range x {
			mean += v / float64(len(x))
		}
		for _, v := range x {
			variance += (v - mean) * (v - mean) / float64(len(x)-1)
		}
		h := 1.96 * math.Sqrt(variance/float64(len(x)))
		return Interval{Mid: mean, Lo: mean - h, Hi: mean + h, OK: true}
	}
	covered := 0
	for range simulated {
		var x []float64
		iv := Interval{}
		for len(x) < MinBlocks || iv.RelHalfWidth() > 0.06 && len(x) < 20 {
			x = append(x, 1+0.1*r.NormFloat64())
			iv = plain(x)
		}
		if iv.Lo <= 1 && 1 <= iv.Hi {
			covered++
		}
	}
	if c := float64(covered) / simulated; c > nominal-2*tolerated {
		t.Errorf("the plain interval covers %.1f %%: this simulation would not notice a bad method", 100*c)
	} else {
		t.Logf("plain interval, a look after each block: %.1f %%", 100*c)
	}
}

func TestMedian(t *testing.T) {
	five := []float64{5, 1, 4, 2, 3}
	if iv := Median(five); iv.OK || iv.Mid != 3 || iv.N != 5 || !math.IsInf(iv.RelHalfWidth(), 1) {
		t.Errorf("five blocks: %+v", iv)
	}
	if !slices.Equal(five, []float64{5, 1, 4, 2, 3}) {
		t.Error("sorted the caller's values")
	}
	// Six values: their range covers 1 - 2/2^6 = 96.9 %, so the bounds for the
	// nominal level lie just inside it.
	six := Median([]float64{10, 20, 30, 40, 50, 60})
	if !six.OK || six.Mid != 35 || six.Lo <= 10 || six.Lo > 13 || six.Hi >= 60 || six.Hi < 57 {
		t.Errorf("six blocks: %+v", six)
	}
	if same := Median([]float64{7, 7, 7, 7, 7, 7}); same.RelHalfWidth() != 0 {
		t.Errorf("equal values: %+v", same)
	}
	if none := Median(nil); !math.IsNaN(none.Mid) || none.OK {
		t.Errorf("no values: %+v", none)
	}
	if g := GeoMedian([]float64{1, 4}); math.Abs(g.Mid-2) > 1e-12 {
		t.Errorf("geometric middle of 1 and 4: %g", g.Mid)
	}
}
