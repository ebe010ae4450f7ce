package verdict

import (
	"math"

	"github.com/pushbench/pushbench/results"
)

// A twin is two figures measured under one setting x, which a claim gives for two
// cells that differ in one factor: what the factor does at x.
type twin struct {
	x         float64
	base, own results.Estimate
}

// meet finds where the base of twins in order of x passes a value, between two of
// them, and what the other figure is there: straight lines between the points, at
// the same share of the way. The interval covers both figures' own. ok is false
// where the base does not pass the value.
func meet(twins []twin, level float64) (at float64, own results.Estimate, ok bool) {
	for i := 1; i < len(twins); i++ {
		a, b := twins[i-1], twins[i]
		share := between01(a.base.Median, b.base.Median, level)
		if math.IsNaN(share) {
			continue
		}
		own = results.Estimate{What: a.own.What, Unit: a.own.Unit, Median: mix(a.own.Median, b.own.Median, share)}
		if known(a.base, b.base, a.own, b.own) {
			lo, hi := math.Inf(1), math.Inf(-1)
			for _, s := range []float64{
				share, clamp(way(*a.base.Lo, *b.base.Lo, level), 0, 1), clamp(way(*a.base.Hi, *b.base.Hi, level), 0, 1),
			} {
				lo, hi = min(lo, mix(*a.own.Lo, *b.own.Lo, s)), max(hi, mix(*a.own.Hi, *b.own.Hi, s))
			}
			own.Lo, own.Hi = &lo, &hi
		}
		return mix(a.x, b.x, share), own, true
	}
	return 0, own, false
}

// nearest is the twin whose base comes closest to a value.
func nearest(twins []twin, level float64) (out twin) {
	for i, t := range twins {
		if i == 0 || math.Abs(t.base.Median-level) < math.Abs(out.base.Median-level) {
			out = t
		}
	}
	return out
}

func known(all ...results.Estimate) bool {
	for _, e := range all {
		if e.Lo == nil || e.Hi == nil {
			return false
		}
	}
	return true
}

// way is how far level is on the way from a to b, as a share of it.
func way(a, b, level float64) float64 { return (level - a) / (b - a) }

// between01 is way where level lies between a and b, and no number elsewhere.
func between01(a, b, level float64) float64 {
	if s := way(a, b, level); s >= 0 && s <= 1 {
		return s
	}
	return math.NaN()
}

func mix(a, b, share float64) float64 { return a + share*(b-a) }

func clamp(v, least, most float64) float64 { return math.Min(math.Max(v, least), most) }

// rounded is the check of a claimed figure that stands for all that rounds to it,
// half a unit of its last digit to either side: yes where the interval reaches into
// that range, and is narrow enough to say so.
func rounded(says string, e results.Estimate, claimed, half float64) Check {
	least, most := claimed-half, claimed+half
	c := figured(says, e, clamp(e.Median, least, most))
	c.Least, c.Most = &least, &most
	return c
}
