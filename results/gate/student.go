package gate

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pushbench/pushbench/results/stats"
)

// student returns the mean of a sample of fixed size with Student's interval. It
// is right for one look, and has bounds at any level, which the interval of a
// median of six blocks has not.
func student(x []float64, alpha float64) stats.Interval {
	mean, sd := stat.MeanStdDev(x, nil)
	return around(mean, sd/math.Sqrt(float64(len(x))), float64(len(x)-1), alpha, len(x))
}

// welch returns the difference of the means of two samples that were not measured
// side by side (Welch, Biometrika 34, 1947).
func welch(base, head []float64, alpha float64) stats.Interval {
	mb, vb := stat.MeanVariance(base, nil)
	mh, vh := stat.MeanVariance(head, nil)
	nb, nh := float64(len(base)), float64(len(head))
	eb, eh := vb/nb, vh/nh
	freedom := (eb + eh) * (eb + eh) / (eb*eb/(nb-1) + eh*eh/(nh-1))
	if eb+eh == 0 {
		freedom = nb + nh - 2
	}
	return around(mh-mb, math.Sqrt(eb+eh), freedom, alpha, min(len(base), len(head)))
}

func around(mid, err, freedom, alpha float64, n int) stats.Interval {
	iv := stats.Interval{Mid: mid, N: n}
	if n < stats.MinBlocks {
		return iv
	}
	half := 0.0
	if err > 0 {
		// A run ends by the width of its intervals, which costs coverage: stats.Level.
		alpha *= (1 - stats.Level) / 0.05
		half = err * distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(1-alpha/2)
	}
	iv.Lo, iv.Hi, iv.OK = mid-half, mid+half, true
	return iv
}
