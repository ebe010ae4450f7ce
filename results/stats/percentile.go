package stats

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/pushbench/pushbench/results"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A percentile is a metric read off a histogram of nanoseconds.
type percentile struct {
	metric, histogram string
	q                 float64 // from 0 to 1; 1 is the maximum, which has no interval
}

var percentiles = percentilesOf(results.LatencyHistogram, results.WriteHistogram)

func percentilesOf(histograms ...string) (out []percentile) {
	for _, h := range histograms {
		for _, p := range []struct {
			name string
			q    float64
		}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}} {
			out = append(out, percentile{h + "_" + p.name + "_seconds", h, p.q})
		}
	}
	return out
}

// A timing is the histograms of one cell, one a block, on a common scale.
type timing struct {
	ns  []int64   // ascending bucket values: the highest a bucket stands for
	cum [][]int64 // [block][bucket] values up to and including the bucket
}

func newTiming(trials []results.Trial, name string) (timing, error) {
	var counts []map[int64]int64
	seen := map[int64]bool{}
	for _, t := range trials {
		b, ok := t.Histograms[name]
		if !ok {
			continue
		}
		h, err := results.DecodeHistogram(b)
		if err != nil {
			return timing{}, fmt.Errorf("cell %s, block %d, histogram %s: %w", t.Cell, t.Block, name, err)
		}
		if h.TotalCount() == 0 {
			continue
		}
		c := map[int64]int64{}
		for _, bar := range h.Distribution() {
			if bar.Count > 0 {
				c[bar.To] += bar.Count
				seen[bar.To] = true
			}
		}
		counts = append(counts, c)
	}
	t := timing{}
	for v := range seen {
		t.ns = append(t.ns, v)
	}
	slices.Sort(t.ns)
	for _, c := range counts {
		cum := make([]int64, len(t.ns))
		var sum int64
		for i, v := range t.ns {
			sum += c[v]
			cum[i] = sum
		}
		t.cum = append(t.cum, cum)
	}
	return t, nil
}

// quantile is that of the merged histogram in which block b counts weight[b]
// times, in seconds.
func (t timing) quantile(weight []int, q float64) float64 {
	upTo := func(i int) (sum int64) {
		for b, w := range weight {
			sum += int64(w) * t.cum[b][i]
		}
		return sum
	}
	want := int64(math.Ceil(q * float64(upTo(len(t.ns)-1))))
	i := sort.Search(len(t.ns), func(i int) bool { return upTo(i) >= max(want, 1) })
	return float64(t.ns[i]) / 1e9
}

// interval returns a quantile of the merged histogram. Its bounds come from
// leaving out one block at a time (the jackknife, on the scale of logarithms)
// and Student's t at the nominal Level, whose degrees of freedom follow the blocks that have a share
// in the tail, as Satterthwaite's do: where few blocks make the tail, little is
// known of how it varies. The maximum has none.
func (t timing) interval(q float64) Interval {
	n := len(t.cum)
	weight := make([]int, n)
	for b := range weight {
		weight[b] = 1
	}
	iv := Interval{Mid: t.quantile(weight, q), N: n}
	if n < MinBlocks || q == 1 || iv.Mid <= 0 {
		return iv
	}
	logs := make([]float64, n)
	for b := range weight {
		weight[b] = 0
		logs[b] = math.Log(t.quantile(weight, q))
		weight[b] = 1
	}
	effective := t.tail(iv.Mid)
	if q > 0.5 && (effective < minTailBlocks || t.above(iv.Mid) < minTailValues) {
		return iv
	}
	_, variance := stat.PopMeanVariance(logs, nil)
	se := math.Sqrt(variance * float64(n-1))
	student := distuv.StudentsT{Sigma: 1, Nu: max(effective-1, 1)}
	factor := math.Exp(student.Quantile((1+Level)/2) * se)
	if factor > maxFactor {
		return iv
	}
	iv.Lo, iv.Hi, iv.OK = iv.Mid/factor, iv.Mid*factor, true
	return iv
}

// A high percentile has an interval only if the values above it are enough and
// come from enough blocks to tell how it varies.
const (
	minTailBlocks = 1.5
	minTailValues = 10
	maxFactor     = 10.0 // to either side; a wider interval says that nothing is known
)

// above is the number of values above a bound, in seconds.
func (t timing) above(bound float64) (n int64) {
	i := sort.Search(len(t.ns), func(i int) bool { return float64(t.ns[i])/1e9 > bound })
	for _, cum := range t.cum {
		n += cum[len(cum)-1]
		if i > 0 {
			n -= cum[i-1]
		}
	}
	return n
}

// tail returns how many blocks the values above a bound, in seconds, effectively
// come from: n where every block has as many of them, 1 where one has them all.
func (t timing) tail(bound float64) float64 {
	i := sort.Search(len(t.ns), func(i int) bool { return float64(t.ns[i])/1e9 > bound })
	var sum, squares float64
	for _, cum := range t.cum {
		e := float64(cum[len(cum)-1])
		if i > 0 {
			e -= float64(cum[i-1])
		}
		sum += e
		squares += e * e
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / squares
}
