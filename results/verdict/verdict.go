// Package verdict settles claims by what a run measured. A claim holds, holds
// when some condition is met, does not hold, or stays undecided; each of the
// four can come out, and none is reached without intervals.
package verdict

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// The four verdicts.
const (
	Holds     = "holds"
	HoldsWhen = "holds when"
	Fails     = "does not hold"
	Undecided = "undecided"
)

// A claim is a statement to settle.
type claim struct {
	id string
	// applies tells whether the plan measures what the claim is about.
	applies func(plan.Plan) bool
	settle  func(results.Summary, plan.Plan) results.Verdict
}

// claims lists every claim that can be settled, in the order shown.
var claims = []claim{
	{"ratio-3.8", measuresRatio, settleRatio},
	{"buffer-size", measuresBuffers, settleBuffers},
	{"conn-vs-syscall", measuresSyscall, settleSyscall},
}

// All settles the claims that the plan has measured something about.
func All(s results.Summary, p plan.Plan) []results.Verdict {
	var out []results.Verdict
	for _, c := range claims {
		if c.applies(p) {
			v := c.settle(s, p)
			v.Claim = c.id
			out = append(out, v)
		}
	}
	return out
}

// cellsOf indexes a summary's cells by identity.
func cellsOf(s results.Summary) map[string]results.Cell {
	out := make(map[string]results.Cell, len(s.Cells))
	for _, c := range s.Cells {
		out[c.ID] = c
	}
	return out
}

// has tells whether a plan has a saturated cell of that strategy.
func has(p plan.Plan, strategy string, also func(plan.Values) bool) bool {
	for _, c := range p.Cells {
		if c.Factors["strategy"] == strategy && !c.Timed() && also(c.Factors) {
			return true
		}
	}
	return false
}

// compares tells whether a plan compares strategies with direct by goodput.
func compares(p plan.Plan) bool {
	for _, c := range p.Compare {
		if c.Factor == "strategy" && c.Base == "direct" && c.Metric == goodput {
			return true
		}
	}
	return false
}

const goodput = "goodput_bytes_per_second"
