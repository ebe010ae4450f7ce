package sched

import (
	"math"

	"github.com/pushbench/pushbench/netem/profile"
)

// tail is where the distributions are cut off, in spreads: the tables of
// iproute2 hold 16-bit numbers in units of 1/8192 and so end at 4.
const tail = 4

// Quantile is the inverse of the distribution function at u, 0 < u < 1, in
// spreads from the mean. Its forms are those of iproute2's tables for sch_netem:
// Pareto with shape 3 (mean 3/2, deviation √3/2), of which x-3/2 is stretched by
// 4/3; and paretonormal, which adds a quarter of normal to three quarters of
// pareto, quantile by quantile.
func Quantile(d profile.Distribution, u float64) float64 {
	switch d {
	case profile.Normal:
		return cut(math.Sqrt2 * math.Erfinv(2*u-1))
	case profile.Pareto:
		return cut((1/math.Cbrt(1-u) - 1.5) * 4 / 3)
	case profile.ParetoNormal:
		return Quantile(profile.Normal, u)/4 + Quantile(profile.Pareto, u)*3/4
	default:
		return 2*u - 1
	}
}

func cut(x float64) float64 { return max(-tail, min(tail, x)) }
