package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTmp(t *testing.T) {
	phi := func(x float64) float64 { return .5 * math.Erfc(-x/math.Sqrt2) }
	const K = 600
	ns := make([]int64, K)
	for i := range ns {
		ns[i] = int64(1e5 * math.Exp(-3+9*float64(i)/K))
	}
	block := func(m, within float64) []int64 {
		c := make([]int64, K)
		for i := range c {
			c[i] = int64(1e6 * phi((math.Log(float64(ns[i])/1e5)-m)/within))
		}
		return c
	}
	for _, tw := range [][2]float64{{.1, .2}, {.1, .5}, {.2, .5}, {.3, .2}, {.1, 1}} {
		for _, skew := range []bool{false, true} {
			for _, p := range []float64{.5, .9, .99, .999} {
				for _, n := range []int{6, 10, 20} {
					r := rand.New(rand.NewPCG(1, 2))
					gen := func() []int64 {
						if skew {
							return block(tw[0]*(r.ExpFloat64()-1), tw[1])
						}
						return block(tw[0]*r.NormFloat64(), tw[1])
					}
					var pool [][]int64
					for range 3000 {
						pool = append(pool, gen())
					}
					w := make([]int, len(pool))
					for i := range w {
						w[i] = 1
					}
					truth := timing{ns, pool}.quantile(w, p)
					cov, ok := 0, 0
					for range 1000 {
						tm := timing{ns: ns}
						for range n {
							tm.cum = append(tm.cum, pool[r.IntN(len(pool))])
						}
						iv := tm.interval(p)
						if !iv.OK {
							continue
						}
						ok++
						if iv.Lo <= truth && truth <= iv.Hi {
							cov++
						}
					}
					t.Logf("tau %v skew %v p %v n %d: %.3f of %d", tw, skew, p, n, float64(cov)/float64(ok), ok)
				}
			}
		}
	}
}
