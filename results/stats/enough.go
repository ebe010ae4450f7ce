package stats

import (
	"math"
	"slices"
)

// enough tells, looking after each block, whether the values of the blocks so
// far, in the order they were measured, determine their median to within until
// (half-width relative to the median). Being narrow is not enough by itself: the
// first MinBlocks set a least number of blocks, from how far they scatter, so
// that a run does not end on a stretch that looks alike by chance. That is the
// idea of Stein's two-stage procedure (Annals of Mathematical Statistics 16,
// 1945); without it an interval looked at after each block covers 92 %.
func enough(values []float64, until float64) bool {
	return len(values) >= pilot(values, until) && Median(values).RelHalfWidth() <= until
}

// pilot returns the number of blocks by which half the range of the first
// MinBlocks, relative to their middle and falling with the root of the number,
// is within until.
func pilot(values []float64, until float64) int {
	if len(values) < MinBlocks {
		return MinBlocks
	}
	first := slices.Sorted(slices.Values(values[:MinBlocks]))
	half := (first[MinBlocks-1] - first[0]) / 2 / math.Abs(middle(first))
	n := math.Ceil(MinBlocks * math.Pow(half/until, 2))
	if half == 0 || n < MinBlocks {
		return MinBlocks
	}
	return int(min(n, math.MaxInt32)) // until 0 asks for what no number gives
}
