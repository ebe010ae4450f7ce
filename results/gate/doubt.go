package gate

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pushbench/pushbench/results"
)

// Shares of the blocks.
const (
	mostInvalid = 1.0 / 3 // beyond which what is left may not stand for all
	mostBounds  = 0.1     // beyond which figures on one side are bounds
)

// doubt takes back a verdict that rests on too few of the blocks, on figures that are
// bounds, or on an arm that stood still more often than the other.
func (c comparison) doubt(out *Comparison, used []blockPair) {
	if out.Verdict == Undecided || out.Verdict == Unmeasured {
		return
	}
	if all := out.Blocks + out.Invalid; float64(out.Invalid) > mostInvalid*float64(all) {
		out.Verdict, out.Why = Undecided, fmt.Sprintf("%d of %d blocks are of no use", out.Invalid, all)
		return
	}
	if c.exact != nil {
		return
	}
	if out.Verdict != Worse {
		if why := stoodStill(used, c.alpha); why != "" {
			out.Verdict, out.Why = Undecided, why
			return
		}
	}
	c.doubtBounds(out, share(used, func(p blockPair) results.Trial { return p.base }), share(used, func(p blockPair) results.Trial { return p.head }))
}

// stoodStill tells that the head did nothing in more slices than chance gives: such
// slices are left out of both arms, and what they hide is in no figure. Under chance
// each idle slice is as likely to be the base's.
func stoodStill(used []blockPair, alpha float64) string {
	var base, head, all uint64
	for _, p := range used {
		base += p.base.Counts[results.CountIdle]
		head += p.head.Counts[results.CountIdle]
		all += p.head.Counts[results.CountSlices]
	}
	n := base + head
	if head <= base || 1-(distuv.Binomial{N: float64(n), P: 0.5}).CDF(float64(head-1)) > alpha {
		return ""
	}
	return fmt.Sprintf("the head did nothing in %d of %d slices, the base in %d: the ratio is of the others", head, all, base)
}

// doubtBounds takes back a verdict that figures which are bounds, in these shares of
// the blocks, could overturn. Where the reader limited a saturated writer, its speed is
// at least what was measured; where a server fell behind its load, it is worse than
// measured.
func (c comparison) doubtBounds(out *Comparison, base, head float64) {
	if !bounded[c.metric.Name] && !c.metric.Timed {
		return
	}
	headSafe, baseSafe, why := Better, Worse, "the reader limited the %s in %.0f %% of the blocks: it may be better than measured"
	if c.head.Timed() {
		headSafe, baseSafe, why = Worse, Better, "the %s fell behind its load in %.0f %% of the blocks: it is worse than measured"
	}
	if head > mostBounds && out.Verdict != headSafe {
		out.Verdict, out.Why = Undecided, fmt.Sprintf(why, "head", 100*head)
	} else if base > mostBounds && out.Verdict != baseSafe {
		out.Verdict, out.Why = Undecided, fmt.Sprintf(why, "base", 100*base)
	}
}

// bounded are metrics of which a censored trial knows a bound alone, beside
// latencies; counts and processor time per message are what they are.
var bounded = map[string]bool{"goodput_bytes_per_second": true, "messages_per_second": true, "efficiency": true}

// share of the blocks in which a side was censored.
func share(used []blockPair, side func(blockPair) results.Trial) float64 {
	n := 0
	for _, p := range used {
		if side(p).State == results.Censored {
			n++
		}
	}
	return float64(n) / float64(max(1, len(used)))
}
