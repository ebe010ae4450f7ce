package verdict

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

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
