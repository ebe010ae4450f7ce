package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A blockPair is what one block measured of a cell in both arms.
type blockPair struct {
	block      int
	base, head results.Trial
	invalid    bool    // of either: of no use
	log        float64 // of the ratio head to base
	measured   bool    // log is there
}

// pair puts together the trials of base and head by block; each is in order of
// blocks. Blocks that have one alone are left out: the other is still to come.
func pair(base, head []results.Trial, m plan.Metric) (out []blockPair) {
	for _, h := range head {
		i, found := slices.BinarySearchFunc(base, h.Block, func(t results.Trial, block int) int { return t.Block - block })
		if !found {
			continue
		}
		p := blockPair{block: h.Block, base: base[i], head: h}
		p.invalid = p.base.State == results.Invalid || p.head.State == results.Invalid
		if !p.invalid {
			p.log, p.measured = logRatio(p.base, p.head, m)
		}
		out = append(out, p)
	}
	return out
}

// failed tells which program failed in the block alone; where both did, it may be the
// machine.
func (p blockPair) failed() string {
	arm, t := "head", p.head
	switch {
	case p.head.Fault == p.base.Fault:
		return ""
	case p.base.Fault:
		arm, t = "base", p.base
	}
	return fmt.Sprintf("block %d: the %s failed: %s", p.block+1, arm, strings.Join(t.Reasons, "; "))
}

// logRatio is a block's estimate. Trials that were measured in turns give one for
// each pair of neighbouring slices; their interquartile mean is that of the
// block: a stall or a change of speed within it spoils few of them.
func logRatio(base, head results.Trial, m plan.Metric) (x float64, ok bool) {
	b, h := base.Slices[m.Name], head.Slices[m.Name]
	if len(b) > 0 && len(b) == len(h) {
		var logs []float64
		for i := range b {
			if x, ok := logOf(b[i], h[i], m.Name); ok {
				logs = append(logs, x)
			}
		}
		if 2*len(logs) > len(b) {
			return midmean(logs), true
		}
	}
	vb, okB := base.Metrics[m.Name]
	vh, okH := head.Metrics[m.Name]
	if !okB || !okH {
		return 0, false
	}
	x, ok = logOf(vb, vh, m.Name)
	if !ok && vb >= 0 && vh >= 0 && vb != vh { // one of them alone is 0
		return math.Copysign(boundless, vh-vb), true
	}
	return x, ok
}

// boundless stands for the logarithm of a ratio to or of 0.
const boundless = 30.0

// floors are amounts of a count below which differences do not matter, although
// they may be manyfold: a server that allocates once in 10,000 messages is no
// worse than one that does so once in 100,000. They are added on both sides
// before the ratio is taken (the started logarithm of Tukey, Exploratory Data
// Analysis, 1977).
var floors = map[string]float64{
	"allocs_per_message":           0.1,
	"retransmits_per_message":      0.1,
	"context_switches_per_message": 0.01,
	"gc_pause_seconds_per_second":  1e-4,
}

// logOf is the logarithm of head to base; it has none where one of them alone is 0.
func logOf(base, head float64, metric string) (x float64, ok bool) {
	f := floors[metric]
	base, head = base+f, head+f
	if base == 0 && head == 0 {
		return 0, true
	}
	x = math.Log(head / base)
	return x, base > 0 && head > 0 && !math.IsInf(x, 0)
}

// midmean is the mean of the middle half: of n values, n/4 are cut off at each
// end, rounded down.
func midmean(values []float64) float64 {
	x := slices.Sorted(slices.Values(values))
	cut := len(x) / 4
	x = x[cut : len(x)-cut]
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
