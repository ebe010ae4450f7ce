package verdict

import (
	"fmt"
	"math"
	"strings"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// An Answer is what an interval says to a bound.
type Answer string

// The answers. Unknown: there is no interval, or it reaches across a bound.
const (
	Yes  Answer = "yes"
	No   Answer = "no"
	Open Answer = "unknown"
)

// A Check holds a measured figure against the bounds within which the claim puts
// it. It says yes where the whole interval lies within, no where none of it does.
type Check struct {
	// Says what was measured, where: "p99 of latency, window 5 ms".
	Says string `json:"says"`
	results.Estimate
	Least  *float64 `json:"least,omitempty"`
	Most   *float64 `json:"most,omitempty"`
	Answer Answer   `json:"answer"`
}

// within holds an estimate against bounds; NaN is none.
func within(says string, e results.Estimate, least, most float64) Check {
	c := Check{Says: says, Estimate: e, Answer: Open}
	if !math.IsNaN(least) {
		c.Least = &least
	} else {
		least = math.Inf(-1)
	}
	if !math.IsNaN(most) {
		c.Most = &most
	} else {
		most = math.Inf(1)
	}
	switch {
	case e.Lo == nil || e.Hi == nil:
	case *e.Lo >= least && *e.Hi <= most:
		c.Answer = Yes
	case *e.Hi < least || *e.Lo > most:
		c.Answer = No
	}
	return c
}

func atMost(says string, e results.Estimate, most float64) Check {
	return within(says, e, math.NaN(), most)
}

func atLeast(says string, e results.Estimate, least float64) Check {
	return within(says, e, least, math.NaN())
}

// figured is the check of a figure that is claimed itself: yes where it lies in the
// interval, and that is narrow enough to say so (see Figure).
func figured(says string, e results.Estimate, claimed float64) Check {
	c := Check{Says: says, Estimate: e, Least: &claimed, Most: &claimed, Answer: Open}
	f := Figure{Claimed: claimed, Measured: e.Median, Lo: e.Lo, Hi: e.Hi}.placed()
	switch f.Place {
	case Inside:
		c.Answer = Yes
	case Above, Below:
		c.Answer = No
	}
	return c
}

// tell writes a check: what was measured and what is claimed.
func (c Check) tell() string {
	if c.Lo == nil && c.Median == 0 {
		return c.Says + ": not measured"
	}
	text := fmt.Sprintf("%s is %s", c.Says, estimate(c.Estimate))
	switch {
	case c.Least != nil && c.Most != nil && *c.Least == *c.Most:
		return text + ", claimed " + figure(*c.Least, c.Unit)
	case c.Least != nil && c.Most != nil:
		return fmt.Sprintf("%s, claimed between %s and %s", text, figure(*c.Least, c.Unit), figure(*c.Most, c.Unit))
	case c.Least != nil:
		return text + ", claimed at least " + figure(*c.Least, c.Unit)
	case c.Most != nil:
		return text + ", claimed at most " + figure(*c.Most, c.Unit)
	}
	return text
}

// Words writes a figure with its interval: "976 B (741 B to 1.19 KiB)".
func Words(e results.Estimate) string { return estimate(e) }

func estimate(e results.Estimate) string {
	text := figure(e.Median, e.Unit)
	if e.Lo == nil || e.Hi == nil {
		return text + " (no interval)"
	}
	return fmt.Sprintf("%s (%s to %s)", text, figure(*e.Lo, e.Unit), figure(*e.Hi, e.Unit))
}

// figure writes a value of a unit of the metric dictionary, or of a ratio (×) or a
// share (%).
func figure(v float64, unit string) string {
	what, per, _ := strings.Cut(unit, "/")
	switch {
	case unit == "×":
		return units.Digits(v, 3) + "×"
	case unit == "share" || what == per && what != "":
		return units.Digits(100*v, 3) + " %"
	case what == "s" && per == "":
		return units.Duration(v)
	case unit == "B":
		return units.Size(v)
	}
	u := units.ForMetric(unit, v)
	return strings.TrimSpace(units.Digits(v/u.Size, 3) + " " + u.Name)
}

// A Case is a condition under which a claim was tried: it holds there if every
// check says so, and does not if one denies it.
type Case struct {
	When   string  `json:"when"`
	Checks []Check `json:"checks"`
	Answer Answer  `json:"answer"`
}

func newCase(when string, checks ...Check) Case {
	c := Case{When: when, Checks: checks, Answer: Yes}
	if len(checks) == 0 {
		c.Answer = Open
	}
	for _, k := range checks {
		if k.Answer == No {
			c.Answer = No
		} else if k.Answer == Open && c.Answer == Yes {
			c.Answer = Open
		}
	}
	return c
}

// weigh makes a verdict of the cases of a claim: it holds if it does in every one,
// holds when if it does in some, and does not hold if it surely does in none.
func weigh(cases []Case) results.Verdict {
	v := results.Verdict{Evidence: map[string]any{"cases": cases}}
	n := map[Answer]int{}
	for _, c := range cases {
		n[c.Answer]++
		if c.Answer == Yes {
			v.When = append(v.When, c.When)
		}
	}
	switch {
	case len(cases) == 0:
		v.Verdict, v.Text = Undecided, "nothing was measured about it"
		return v
	case n[Yes] == len(cases):
		v.Verdict, v.When = Holds, nil
		v.Text = "so it was " + plural(len(cases), "where it was tried", "in each of the %d cases tried") + ": " + cases[0].tell(Yes)
	case n[Yes] > 0:
		v.Verdict = HoldsWhen
		v.Text = "not in every case: " + first(cases, No)
		if n[No] == 0 {
			v.Text = "open is " + first(cases, Open)
		}
	case n[Open] > 0:
		v.Verdict = Undecided
		v.Text = first(cases, Open) + "; it takes " + takes(cases)
	default:
		v.Verdict = Fails
		v.Text = first(cases, No)
	}
	return v
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// first words the first case with one of the answers, tried in turn.
func first(cases []Case, answers ...Answer) string {
	for _, a := range answers {
		for _, c := range cases {
			if c.Answer == a {
				return c.When + ": " + c.tell(a)
			}
		}
	}
	return ""
}

// tell words the checks of a case that have the answer.
func (c Case) tell(a Answer) string {
	var parts []string
	for _, k := range c.Checks {
		if k.Answer == a {
			parts = append(parts, k.tell())
		}
	}
	return strings.Join(parts, "; ")
}

// takes says what would settle the checks that are open.
func takes(cases []Case) string {
	for _, c := range cases {
		for _, k := range c.Checks {
			if k.Answer == Open && (k.Lo == nil || k.Hi == nil) {
				return "at least 6 valid blocks of every cell (without --quick)"
			}
		}
	}
	return "more blocks or a quieter machine: an interval reaches across a bound"
}
