package gate

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// decide looks at the blocks one after the other.
func (c comparison) decide(pairs []blockPair, t clock, once bool) Comparison {
	out := c.describe(once)
	var used []blockPair
	var seq sequence
	for _, p := range pairs {
		if !once && t.at[p.block].Seconds() > float64(c.most) {
			return c.outOfTime(out)
		}
		out.Seconds = seconds(t.at[p.block])
		switch {
		case p.invalid:
			out.Invalid++
			continue
		case c.exact == nil && !p.measured:
			continue
		}
		used = append(used, p)
		seq.add(p.log)
		if once {
			continue
		}
		c.look(&out, used, &seq, once)
		if out.Verdict != Undecided {
			out.Settled = true
			return out
		}
	}
	switch {
	case len(used) == 0:
		c.unmeasured(&out, pairs)
	case once:
		c.look(&out, used, &seq, once)
	}
	if once {
		out.Settled = true
	} else if t.total().Seconds() >= float64(c.most) {
		return c.outOfTime(out)
	}
	return out
}

func (c comparison) describe(once bool) Comparison {
	out := Comparison{
		Rule: c.rule, Metric: c.metric.Name, Unit: c.metric.Unit, Better: c.metric.Better, Cell: c.name,
		Verdict: Undecided, Why: "nothing was measured yet", Method: Sequence,
		LeastDifference: c.least, Confidence: 1 - c.alpha,
	}
	switch {
	case c.exact != nil:
		out.Method, out.Confidence = Exactly, 1
	case once:
		out.Method = OneLook
		fallthrough
	default:
		out.LeastDifference = math.Expm1(c.least)
	}
	return out
}

func (c comparison) outOfTime(out Comparison) Comparison {
	out.Settled = true
	out.Why = fmt.Sprintf("the time of the rule, %v, is over: %s", c.most.Duration(), out.Why)
	return out
}

// look fills in what the blocks so far say.
func (c comparison) look(out *Comparison, used []blockPair, seq *sequence, once bool) {
	out.Blocks = len(used)
	out.BaseValue, out.HeadValue = medians(used, c.metric.Name)
	if c.exact != nil {
		c.lookExactly(out, used)
		return
	}
	var iv stats.Interval
	if once {
		iv = student(seq.values, c.alpha)
	} else {
		iv = seq.interval(c.alpha)
		iv.OK = iv.OK && iv.N >= stats.MinBlocks
	}
	c.judge(out, iv)
	if iv.OK {
		c.doubt(out, used)
	}
}

// judge reads the verdict off an interval of the logarithm of the ratio.
func (c comparison) judge(out *Comparison, iv stats.Interval) {
	out.Ratio, out.Lo, out.Hi = finite(math.Exp(iv.Mid)), nil, nil
	out.Verdict, out.Why = Undecided, ""
	if !iv.OK {
		out.Why = fmt.Sprintf("%d blocks give no interval at %.4g %%", iv.N, 100*out.Confidence)
		return
	}
	out.Lo, out.Hi = finite(math.Exp(iv.Lo)), finite(math.Exp(iv.Hi))
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

// Shares of the blocks.
const (
	mostInvalid = 1.0 / 3 // beyond which what is left may not stand for all
	mostBounds  = 0.1     // beyond which figures on one side are bounds
)

// doubt takes back a verdict that rests on too few of the blocks, or on figures
// that are bounds: where the reader limited the writer, speed is at least what
// was measured, so a head that was limited may be better than it looks, and a
// base too.
func (c comparison) doubt(out *Comparison, used []blockPair) {
	if all := out.Blocks + out.Invalid; float64(out.Invalid) > mostInvalid*float64(all) {
		out.Verdict, out.Why = Undecided, fmt.Sprintf("%d of %d blocks are invalid", out.Invalid, all)
		return
	}
	c.doubtBounds(out, share(used, func(p blockPair) results.Trial { return p.base }), share(used, func(p blockPair) results.Trial { return p.head }))
}

// doubtBounds is doubt of figures that are bounds in these shares of the blocks.
func (c comparison) doubtBounds(out *Comparison, base, head float64) {
	if !bounded[c.metric.Name] && !c.metric.Timed {
		return
	}
	if head > mostBounds && out.Verdict != Better {
		out.Verdict, out.Why = Undecided, fmt.Sprintf("the reader limited the head in %.0f %% of the blocks: it may be better than measured", 100*head)
	} else if base > mostBounds && out.Verdict != Worse {
		out.Verdict, out.Why = Undecided, fmt.Sprintf("the reader limited the base in %.0f %% of the blocks: it may be better than measured", 100*base)
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

// unmeasured tells blocks that are all invalid from a metric that no trial has.
func (c comparison) unmeasured(out *Comparison, pairs []blockPair) {
	i := slices.IndexFunc(pairs, func(p blockPair) bool { return !p.invalid })
	switch {
	case i >= 0:
		out.Verdict, out.Settled = Unmeasured, true
		out.Why = "no block has a ratio of it"
		for _, t := range []results.Trial{pairs[i].base, pairs[i].head} {
			if why := t.Notes[c.metric.Name]; why != "" {
				out.Why += ": " + why
				break
			}
		}
	case len(pairs) > 0:
		out.Why = fmt.Sprintf("all %d blocks are invalid", len(pairs))
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
	slices.Sort(x)
	return finite(middle(x))
}
