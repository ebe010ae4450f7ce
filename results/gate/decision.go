package gate

import (
	"math"

	"github.com/pushbench/pushbench/internal/plan"
)

// A Verdict says how the head stands to the base.
type Verdict string

// The verdicts. A difference is one that matters: better and worse lie wholly
// beyond the least difference, same lies wholly within.
const (
	Worse      Verdict = "worse"
	Better     Verdict = "better"
	Same       Verdict = "same"
	Undecided  Verdict = "undecided"
	Unmeasured Verdict = "unmeasured" // no trial has the metric: a mistake, never a pass
)

// A Decision is what a gate's rules make of the trials so far.
type Decision struct {
	Schema      int          `json:"schema"`
	Scenario    string       `json:"scenario"`
	Factor      string       `json:"factor,omitempty"` // that tells base and head apart in one run
	Base        string       `json:"base"`
	Head        string       `json:"head"`
	Blocks      int          `json:"blocks"`
	Seconds     plan.Seconds `json:"seconds"`   // spent on measuring
	Intervals   int          `json:"intervals"` // that the confidence is split among
	Verdict     Verdict      `json:"verdict"`   // the worst of all
	Comparisons []Comparison `json:"comparisons"`
	// Strict tells that what is undecided counts as worse.
	Strict bool `json:"strict,omitempty"`
	// Missing are cells of the base that a rule is about and the head lacks.
	Missing []string `json:"missing,omitempty"`
	Notes   []string `json:"notes,omitempty"` // what was left out, and why
}

// A Comparison is what is known of one cell in one metric.
type Comparison struct {
	Rule    int     `json:"rule"` // from 0
	Metric  string  `json:"metric"`
	Unit    string  `json:"unit"`
	Better  string  `json:"better"` // as in the metric dictionary
	Cell    string  `json:"cell"`   // without the factor that tells the arms apart
	Method  string  `json:"method"` // Exactly, Sequence, OneLook or Unpaired
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"` // it is undecided
	// Settled tells that more blocks would not change it: it is decided, or out of
	// time.
	Settled bool `json:"settled"`
	// Ratio of the head to the base with its interval; null where there is none.
	Ratio *float64 `json:"ratio"`
	Lo    *float64 `json:"lo"`
	Hi    *float64 `json:"hi"`
	// LeastDifference that matters, relative.
	LeastDifference float64 `json:"least_difference"`
	Confidence      float64 `json:"confidence"` // of this interval alone
	// BaseValue and HeadValue are medians over the blocks used.
	BaseValue *float64     `json:"base_value"`
	HeadValue *float64     `json:"head_value"`
	Blocks    int          `json:"blocks"`  // used
	Invalid   int          `json:"invalid"` // left out
	Seconds   plan.Seconds `json:"seconds"` // of measuring until it was settled, or so far
}

// The methods of comparing.
const (
	Exactly  = "exact"    // counts of whole trials
	Sequence = "sequence" // an interval that may be looked at after each block
	OneLook  = "one look" // Student's interval of pairs
	Unpaired = "unpaired" // Welch's interval of two runs
)

// Done tells whether more blocks could change nothing.
func (d Decision) Done() bool {
	for _, c := range d.Comparisons {
		if !c.Settled {
			return false
		}
	}
	return true
}

// Exit statuses of a decision.
const (
	ExitPass         = 0
	ExitRegression   = 1
	ExitInconclusive = 3
	ExitFailed       = 4
)

// ExitStatus is 0 if nothing is worse, 1 if anything is, 3 if anything is
// undecided, 4 if a metric was never measured.
func (d Decision) ExitStatus() int {
	switch d.Verdict {
	case Worse:
		return ExitRegression
	case Unmeasured:
		return ExitFailed
	case Same, Better:
		return ExitPass
	}
	return ExitInconclusive
}

// badness orders verdicts: the decision of a gate is its worst.
var badness = map[Verdict]int{Better: 1, Same: 2, Undecided: 3, Unmeasured: 4, Worse: 5}

// worst of the verdicts; a decision without comparisons is undecided.
func worst(cs []Comparison) Verdict {
	if len(cs) == 0 {
		return Undecided
	}
	v := Better
	for _, c := range cs {
		if badness[c.Verdict] > badness[v] {
			v = c.Verdict
		}
	}
	return v
}

// Count tells how many comparisons came out so.
func (d Decision) Count(v Verdict) (n int) {
	for _, c := range d.Comparisons {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// finite returns a pointer for the stored form; JSON has no infinity.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil
	}
	return &x
}
