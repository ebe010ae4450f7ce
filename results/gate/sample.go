package gate

import (
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// A sample is what one run, or a baseline made of it, knows of a cell in a
// metric: one value a block, or a tally where the load determines it.
type sample struct {
	values   []float64
	tally    tally
	invalid  int
	fault    string  // of the program, in any trial
	censored float64 // share of the values that are bounds
}

// sampleOf takes the trials of one cell, in order of blocks.
func (c comparison) sampleOf(trials []results.Trial) (s sample) {
	bounds := 0
	for _, t := range trials {
		if t.State == results.Invalid {
			s.invalid++
			if t.Fault {
				s.fault = strings.Join(t.Reasons, "; ")
			}
			continue
		}
		if c.exact != nil {
			c.exact.add(&s.tally, t)
		}
		v, ok := t.Metrics[c.metric.Name]
		if !ok {
			continue
		}
		s.values = append(s.values, v)
		if t.State == results.Censored {
			bounds++
		}
	}
	s.censored = float64(bounds) / float64(max(1, len(s.values)))
	return s
}

// unpaired compares samples that were not measured side by side.
func (c comparison) unpaired(base, head sample) Comparison {
	out := c.describe(Unpaired)
	out.Settled = true
	out.Invalid = base.invalid + head.invalid
	out.BaseValue, out.HeadValue = medianOf(base.values), medianOf(head.values)
	if head.fault != "" && base.fault == "" {
		return unmeasured(out, "the head failed: "+head.fault)
	}
	if c.exact != nil {
		out.Blocks = min(base.tally.Trials, head.tally.Trials)
		switch {
		case base.tally.Trials == 0 || head.tally.Trials == 0:
			out.Verdict, out.Why = Unmeasured, "one side has no counts of it"
		default:
			c.judgeExactly(&out, base.tally, head.tally)
		}
		return out
	}
	b, h := logs(base.values, c.metric.Name), logs(head.values, c.metric.Name)
	out.Blocks = min(len(base.values), len(head.values))
	switch all := len(base.values) + len(head.values) + out.Invalid; {
	case len(base.values) == 0 || len(head.values) == 0:
		out.Verdict, out.Why = Unmeasured, "one side has no valid trial with it"
	case float64(out.Invalid) > mostInvalid*float64(all):
		out.Why = "too many trials are invalid"
	case out.Blocks < 2:
		out.Why = "one block gives no interval"
	case len(b) < len(base.values) || len(h) < len(head.values):
		c.withZeros(&out, base.values, head.values)
	default:
		c.judge(&out, welch(b, h, c.alpha))
		if out.Lo != nil {
			c.doubtBounds(&out, base.censored, head.censored)
		}
	}
	return out
}

// withZeros compares samples of which some values are 0 and have no ratio: sure is
// only what tells them apart wholly.
func (c comparison) withZeros(out *Comparison, base, head []float64) {
	out.Why = "some values are 0, which has no ratio"
	switch {
	case out.Blocks < stats.MinBlocks:
	case slices.Max(base) == 0 && slices.Max(head) == 0:
		out.Verdict, out.Why = Same, ""
	case slices.Min(head) > slices.Max(base):
		out.Verdict = c.verdict(1)
	case slices.Max(head) < slices.Min(base):
		out.Verdict = c.verdict(-1)
	}
}

// logs of the values above zero, the floor added.
func logs(values []float64, metric string) (out []float64) {
	for _, v := range values {
		if v += floors[metric]; v > 0 {
			out = append(out, math.Log(v))
		}
	}
	return out
}
