package results

import "github.com/pushbench/pushbench/internal/plan"

// A Summary (summary.json) is what a run found.
type Summary struct {
	Schema         int       `json:"schema"`
	Scenario       string    `json:"scenario"`
	Title          string    `json:"title"`
	Blocks         int       `json:"blocks"` // blocks complete in every cell
	ValidTrials    int       `json:"valid_trials"`
	InvalidTrials  int       `json:"invalid_trials"`
	CensoredTrials int       `json:"censored_trials"`
	Cells          []Cell    `json:"cells"`
	Ratios         []Ratio   `json:"ratios"`
	Verdicts       []Verdict `json:"verdicts,omitempty"`
	Warnings       []string  `json:"warnings,omitempty"`
}

// A Cell is one point of the matrix with everything measured at it.
type Cell struct {
	ID       string            `json:"id"`
	Groups   []string          `json:"groups"`
	Factors  plan.Values       `json:"factors"`
	Metrics  map[string]Metric `json:"metrics"`
	Invalid  int               `json:"invalid_trials"`
	Censored int               `json:"censored_trials"`
	Reasons  map[string]int    `json:"reasons,omitempty"` // why trials were not valid, with counts; of `load --target`, errors by kind
	Notes    map[string]string `json:"notes,omitempty"`   // why a metric is missing
	Warnings []string          `json:"warnings"`
}

// A Metric summarises the valid trials of one cell. Lo and Hi bound the median
// at 95 %; they are nil where there is no interval (fewer than 6 blocks, or a
// maximum).
type Metric struct {
	Median   float64  `json:"median"`
	Lo       *float64 `json:"lo"`
	Hi       *float64 `json:"hi"`
	N        int      `json:"n"`
	Unit     string   `json:"unit"`
	Better   string   `json:"better"` // "higher", "lower" or "" where neither is
	Censored bool     `json:"censored"`
}

// A Ratio is the median of within-block ratios of a cell to its base.
type Ratio struct {
	Metric   string   `json:"metric"`
	Cell     string   `json:"cell"`
	Base     string   `json:"base"`
	Group    string   `json:"group,omitempty"`
	Ratio    float64  `json:"ratio"`
	Lo       *float64 `json:"lo"`
	Hi       *float64 `json:"hi"`
	N        int      `json:"n"`
	Censored bool     `json:"censored"`
}

// A Verdict settles one claim.
type Verdict struct {
	Claim   string `json:"claim"`
	Verdict string `json:"verdict"` // "holds", "holds when", "does not hold", "undecided"
	Text    string `json:"text"`
	// When lists the conditions under which the claim holds, where it holds only then.
	When []string `json:"when,omitempty"`
	// Interval is of the figure that weighs most; nil where none was measured.
	Interval *Estimate `json:"interval,omitempty"`
	// Cause says, by what was measured beside it, why the figure is what it is.
	Cause    string         `json:"cause,omitempty"`
	Evidence map[string]any `json:"evidence"`
}

// An Estimate is a figure with its 95 % interval; Lo and Hi are nil where there is none.
type Estimate struct {
	What   string   `json:"what"`
	Unit   string   `json:"unit"`
	Median float64  `json:"median"`
	Lo     *float64 `json:"lo"`
	Hi     *float64 `json:"hi"`
}
