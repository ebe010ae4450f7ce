package stats

import "gonum.org/v1/gonum/stat/distuv"

// ClopperPearson returns the exact bounds, at the level, of a probability of which
// k of n trials came out (Clopper & Pearson, Biometrika 26, 1934). Of no trials
// they are 0 and 1.
func ClopperPearson(k, n int, level float64) (lo, hi float64) {
	tail := (1 - level) / 2
	lo, hi = 0, 1
	if k > 0 {
		lo = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(tail)
	}
	if k < n {
		hi = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(1 - tail)
	}
	return lo, hi
}
