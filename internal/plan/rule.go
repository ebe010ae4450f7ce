package plan

import "slices"

// A Rule is one thing a gate holds the head to.
type Rule struct {
	Metric string `json:"metric"`
	Group  string `json:"group,omitempty"` // empty: every group
	// Cells are the factors, with the values each may have, of the cells the rule
	// is about; empty is all.
	Cells map[string][]any `json:"cells,omitempty"`
	// Determined leaves out cells in which the load does not determine the metric.
	Determined bool `json:"determined,omitempty"`
	// LeastDifference is the least relative difference that matters; 0 leaves it
	// to the method: none where counts are compared exactly, else
	// DefaultLeastDifference.
	LeastDifference float64 `json:"least_difference,omitempty"`
	// Confidence is that of all of the gate's intervals together; 0 is
	// DefaultConfidence.
	Confidence float64 `json:"confidence,omitempty"`
	// MaxTime of measuring, after which the rule is left undecided; 0 is
	// DefaultMaxTime.
	MaxTime Seconds `json:"max_time_seconds,omitempty"`
}

// What a rule has where it says nothing.
const (
	DefaultLeastDifference = 0.025
	DefaultConfidence      = 0.95
	DefaultMaxTime         = Seconds(300)
)

// Matches tells whether the rule is about a cell.
func (r Rule) Matches(c Cell) bool {
	if r.Group != "" && !c.In(r.Group) {
		return false
	}
	for factor, values := range r.Cells {
		x, applies := c.Factors[factor]
		if !applies || !slices.Contains(values, x) {
			return false
		}
	}
	return true
}
