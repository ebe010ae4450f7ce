package gate

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/results/stats"
)

// TestSequenceCovers looks after each of 80 blocks: how often any of the
// intervals misses the centre may not be surely above alpha.
func TestSequenceCovers(t *testing.T) {
	const runs, blocks, alpha = 2000, 80, 0.05
	for _, n := range independent {
		missed := 0
		for i := range runs {
			var s sequence
			draw := draws(n, i)
			for range blocks {
				s.add(draw())
				if s.evidence(0) >= -math.Log(alpha) {
					missed++
					break
				}
			}
		}
		lo, hi := stats.ClopperPearson(missed, runs, 0.99)
		t.Logf("%-36s missed in %d of %d runs: %.2f to %.2f %%", n.name, missed, runs, 100*lo, 100*hi)
		if lo > alpha {
			t.Errorf("%s: the centre was missed in %d of %d runs, surely more than %g", n.name, missed, runs, alpha)
		}
	}
}

// TestPlainIntervalDoesNot shows that the simulation can tell.
func TestPlainIntervalDoesNot(t *testing.T) {
	const runs, blocks, alpha = 500, 80, 0.05
	missed := 0
	for i := range runs {
		var x []float64
		draw := draws(independent[1], i)
		for range blocks {
			x = append(x, draw())
			if iv := student(x, alpha); iv.OK && (iv.Lo > 0 || iv.Hi < 0) {
				missed++
				break
			}
		}
	}
	if lo, _ := stats.ClopperPearson(missed, runs, 0.99); lo < alpha {
		t.Errorf("Student's interval looked at 75 times missed in %d of %d runs only", missed, runs)
	}
}

// The interval is where the evidence is not enough, and no wider.
func TestIntervalEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sequence
		for _, x := range rapid.SliceOfN(rapid.Float64Range(-0.5, 0.5), 8, 60).Draw(t, "logs") {
			s.add(x)
		}
		alpha := rapid.Float64Range(0.0005, 0.2).Draw(t, "alpha")
		iv, enough := s.interval(alpha), -math.Log(alpha)
		if !iv.OK {
			return
		}
		if !(iv.Lo <= iv.Mid && iv.Mid <= iv.Hi) {
			t.Fatalf("%+v", iv)
		}
		for _, end := range []float64{iv.Lo, iv.Hi} {
			if s.evidence(end) < enough-1e-9 && !nextIsEnough(&s, end, iv.Mid, enough) {
				t.Errorf("evidence %g at the bound %g, not %g", s.evidence(end), end, enough)
			}
		}
		if s.evidence(iv.Mid) > 0 {
			t.Errorf("evidence %g against the centre itself", s.evidence(iv.Mid))
		}
	})
}

// nextIsEnough allows for the last digit of a bound.
func nextIsEnough(s *sequence, end, mid, enough float64) bool {
	return s.evidence(end+(end-mid)*1e-9) >= enough
}

// Exchanging base and head changes signs and nothing else.
func TestSequenceIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b sequence
		for _, x := range rapid.SliceOfN(rapid.Float64Range(-0.5, 0.5), 1, 40).Draw(t, "logs") {
			a.add(x)
			b.add(-x)
		}
		x, y := a.interval(0.01), b.interval(0.01)
		if x.OK != y.OK || !near(x.Mid, -y.Mid) || x.OK && (!near(x.Lo, -y.Hi) || !near(x.Hi, -y.Lo)) {
			t.Errorf("%+v and %+v", x, y)
		}
	})
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

// Values that are all alike leave no doubt once there are enough of them.
func TestConstant(t *testing.T) {
	var s sequence
	for range 20 {
		s.add(0.01)
	}
	if iv := s.interval(0.005); !iv.OK || iv.Hi-iv.Lo > 1e-6 || !near(iv.Mid, 0.01) {
		t.Errorf("%+v", iv)
	}
}

// TestBlocksNeeded prints, for each scatter, the blocks after which a slowdown of
// 5 % is found at the median, and how often it is not within 400.
func TestBlocksNeeded(t *testing.T) {
	const runs, most = 100, 400
	for _, n := range slices.Concat(independent, drifting) {
		var ours, usual []float64
		late := 0
		for i := range runs {
			k := blocksNeeded(draws(n, i), most, func(x []float64, s *sequence) stats.Interval { return s.interval(0.05) })
			if k == most {
				late++
			}
			ours = append(ours, float64(k))
			k = blocksNeeded(draws(n, i), most, func(x []float64, _ *sequence) stats.Interval { return tMixture(x, 0.05) })
			usual = append(usual, float64(k))
		}
		slices.Sort(ours)
		slices.Sort(usual)
		t.Logf("%-36s %3.0f blocks at the median, 95 %% within %3.0f; Student-t mixture %3.0f, %3.0f",
			n.name, middle(ours), ours[runs*95/100], middle(usual), usual[runs*95/100])
		if late > runs/20 {
			t.Errorf("%s: undecided after %d blocks in %d of %d runs", n.name, most, late, runs)
		}
	}
}

func blocksNeeded(draw func() float64, most int, interval func([]float64, *sequence) stats.Interval) int {
	var s sequence
	least := math.Log1p(0.025)
	for n := 1; n < most; n++ {
		s.add(math.Log(1.05) + draw())
		if n < stats.MinBlocks || n > 60 && n%5 > 0 { // a long run need not be looked at each time
			continue
		}
		if iv := interval(s.values, &s); iv.OK && iv.Lo > least {
			return n
		}
	}
	return most
}

// tMixture is the confidence sequence of a normal mean by a mixture over the
// standardised effect (Lai, Annals of Statistics 4, 1976), for comparison.
func tMixture(x []float64, alpha float64) stats.Interval {
	const prior = 2
	n := float64(len(x))
	var mean, variance float64
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	a := math.Pow((n+prior)/(alpha*alpha*prior), 1/n)
	if n+prior <= a*prior {
		return stats.Interval{Mid: mean}
	}
	half := math.Sqrt(variance * (a - 1) * (n + prior) / (n + prior - a*prior))
	return stats.Interval{Mid: mean, Lo: mean - half, Hi: mean + half, OK: true}
}
