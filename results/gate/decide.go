package gate

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// decide looks at the blocks one after the other, and stays with the first look that
// settles the comparison.
func (c comparison) decide(pairs []blockPair, t clock) Comparison {
	out := c.describe(Sequence)
	var used []blockPair
	var seq sequence
	for _, p := range pairs {
		if t.at[p.block].Seconds() > float64(c.most) {
			return c.outOfTime(out)
		}
		out.Seconds = seconds(t.at[p.block])
		switch why := c.useless(p); {
		case p.failed() != "":
			return unmeasured(out, p.failed())
		case why != "":
			out.Invalid++
			out.Why = why
			if !p.invalid && len(used) == 0 {
				return unmeasured(out, why)
			}
			continue
		}
		used = append(used, p)
		seq.add(p.log)
		c.look(&out, used, func() stats.Interval {
			iv := seq.interval(c.alpha)
			iv.OK = iv.OK && iv.N >= stats.MinBlocks
			return iv
		})
		if out.Verdict != Undecided {
			out.Settled = true
			return out
		}
	}
	if t.total().Seconds() >= float64(c.most) {
		return c.outOfTime(out)
	}
	return out
}

// once takes the blocks as a sample of fixed size.
func (c comparison) once(pairs []blockPair) Comparison {
	out := c.describe(OneLook)
	out.Settled = true
	var used []blockPair
	var logs []float64
	for _, p := range pairs {
		why := c.useless(p)
		switch {
		case p.failed() != "":
			return unmeasured(out, p.failed())
		case why != "":
			out.Invalid++
			out.Why = why
		case c.exact == nil && math.Abs(p.log) == boundless:
			out.Why = "a value is 0, which has no ratio"
			return out
		default:
			used, logs = append(used, p), append(logs, p.log)
		}
	}
	if len(used) > 0 {
		c.look(&out, used, func() stats.Interval { return student(logs, c.alpha) })
	} else if slices.ContainsFunc(pairs, func(p blockPair) bool { return !p.invalid }) {
		return unmeasured(out, out.Why)
	}
	return out
}

// useless tells why a block says nothing about the comparison; "" if it does.
func (c comparison) useless(p blockPair) string {
	switch {
	case p.invalid:
		return "all blocks so far are invalid"
	case c.exact != nil || p.measured:
		return ""
	}
	for _, t := range []results.Trial{p.base, p.head} {
		if why := t.Notes[c.metric.Name]; why != "" {
			return "a block has no ratio of it: " + why
		}
	}
	return "a block has no ratio of it"
}

func unmeasured(out Comparison, why string) Comparison {
	out.Verdict, out.Why, out.Settled = Unmeasured, why, true
	return out
}

func (c comparison) describe(method string) Comparison {
	out := Comparison{
		Rule: c.rule, Metric: c.metric.Name, Unit: c.metric.Unit, Better: c.metric.Better, Cell: c.name,
		Verdict: Undecided, Why: "nothing was measured yet", Method: method,
		LeastDifference: math.Expm1(c.least), Confidence: 1 - c.alpha,
	}
	if c.exact != nil {
		out.Method, out.LeastDifference, out.Confidence = Exactly, c.least, 1
	}
	return out
}

// outOfTime leaves undecided what is, unless nothing at all could be measured.
func (c comparison) outOfTime(out Comparison) Comparison {
	out.Why = fmt.Sprintf("the time of the rule, %v, is over: %s", c.most.Duration(), out.Why)
	if out.Blocks == 0 && out.Invalid > 0 {
		return unmeasured(out, out.Why)
	}
	out.Settled = true
	return out
}

// look fills in what the blocks so far say.
func (c comparison) look(out *Comparison, used []blockPair, interval func() stats.Interval) {
	out.Blocks = len(used)
	out.BaseValue, out.HeadValue = medians(used, c.metric.Name)
	if c.exact != nil {
		c.lookExactly(out, used)
	} else {
		c.judge(out, interval())
	}
	c.doubt(out, used)
}

// judge reads the verdict off an interval of the logarithm of the ratio.
func (c comparison) judge(out *Comparison, iv stats.Interval) {
	out.Ratio, out.Lo, out.Hi = ratioOf(iv.Mid), nil, nil
	out.Verdict, out.Why = Undecided, ""
	if !iv.OK {
		out.Why = fmt.Sprintf("%d blocks give no interval at %.4g %%", iv.N, 100*out.Confidence)
		return
	}
	out.Lo, out.Hi = ratioOf(iv.Lo), ratioOf(iv.Hi)
	switch {
	case iv.Lo > c.least:
		out.Verdict = c.verdict(1)
	case iv.Hi < -c.least:
		out.Verdict = c.verdict(-1)
	case iv.Lo > -c.least && iv.Hi < c.least:
		out.Verdict = Same
	default:
		out.Why = "the interval reaches across the least difference"
	}
}

// ratioOf a logarithm; there is none where one side is 0.
func ratioOf(log float64) *float64 {
	if math.Abs(log) > boundless/2 {
		return nil
	}
	return finite(math.Exp(log))
}

// verdict of a head that is higher (1) or lower (-1). Where neither way is
// better, any change is one for the worse: somebody must look.
func (c comparison) verdict(direction int) Verdict {
	if c.metric.Better == "higher" && direction > 0 || c.metric.Better == "lower" && direction < 0 {
		return Better
	}
	return Worse
}

// lookExactly compares counts of whole trials.
func (c comparison) lookExactly(out *Comparison, used []blockPair) {
	var base, head tally
	for _, p := range used {
		if !c.exact.add(&base, p.base) || !c.exact.add(&head, p.head) {
			out.Verdict, out.Why = Unmeasured, "a trial has no counts of it"
			return
		}
	}
	if len(used) < exactBlocks {
		out.Verdict, out.Why = Undecided, fmt.Sprintf("%d of %d blocks", len(used), exactBlocks)
		return
	}
	c.judgeExactly(out, base, head)
}

func (c comparison) judgeExactly(out *Comparison, base, head tally) {
	ratio, differs := c.exact.compare(base, head, c.head.Factors.Number("connections"), c.least)
	out.Ratio, out.Why = finite(ratio), ""
	switch {
	case differs > 0:
		out.Verdict = c.verdict(1)
	case differs < 0:
		out.Verdict = c.verdict(-1)
	default:
		out.Verdict = Same
	}
}

// medians of a metric in both arms.
func medians(used []blockPair, metric string) (base, head *float64) {
	var b, h []float64
	for _, p := range used {
		if x, ok := p.base.Metrics[metric]; ok {
			b = append(b, x)
		}
		if x, ok := p.head.Metrics[metric]; ok {
			h = append(h, x)
		}
	}
	return medianOf(b), medianOf(h)
}

func medianOf(x []float64) *float64 {
	if len(x) == 0 {
		return nil
	}
	return finite(centreOf(x))
}
