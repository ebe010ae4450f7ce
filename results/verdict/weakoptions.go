package verdict

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// The claim: quick acknowledgements lower the jitter of delay, and TCP_USER_TIMEOUT
// of 2 to 5 s makes the time to notice a dead peer predictable.
const (
	spread = "latency_spread_seconds"
	// lowerJitter is the most that jitter with quick acknowledgements may be, as a
	// share of that without, to be lower.
	lowerJitter = 0.95
	// The time to notice a dead peer is predictable where it is never far from the
	// timeout, and nearly the same each time.
	leastOfTimeout, mostOfTimeout = 0.9, 1.5
	mostNoticeSpread              = 1.5
)

// quickening is a way to ask for quick acknowledgements, and where: the factors of the
// cell with them and of the one without.
var quickening = []struct {
	says      string
	quick, by plan.Values
}{
	{"the reader's socket", acks(true, false, false), acks(false, false, false)},
	{"the reader's socket, against a reader that delays acknowledgements", acks(true, false, false), acks(false, true, false)},
	{"the writer's socket", acks(false, false, true), acks(false, false, false)},
	{"the writer's socket, of a reader that delays acknowledgements", acks(false, true, true), acks(false, true, false)},
}

func acks(quick, delayed, writer bool) plan.Values {
	return plan.Values{"quickack": quick, "delayed_ack": delayed, "writer_quickack": writer}
}

// settleWeakOptions weighs one case for each way to ask for quick acknowledgements on
// each network, and one for each timeout.
func settleWeakOptions(e Evidence) results.Verdict {
	timeouts := e.timeoutCases()
	jitter := e.jitterCases()
	cases := slices.Concat(jitter, timeouts)
	v := weigh(cases)
	v.Interval = strongest(slices.Concat(timeouts, jitter))
	v.Cause = e.weakCause()
	return v
}

// jitterCases holds the spread of latency with quick acknowledgements against that
// without, block by block.
func (e Evidence) jitterCases() (cases []Case) {
	for _, q := range quickening {
		for _, c := range e.cells(q.quick) {
			base, ok := e.cell(with(c.Factors, q.by))
			if !ok || c.Factors.Text("network") == deadNetwork {
				continue
			}
			when := "quick acknowledgements on " + q.says + ": " + where(c.Factors, "nodelay", "rtt", "loss")
			cases = append(cases, newCase(when, atMost("jitter, of that without them", e.against(spread, c, base), lowerJitter)))
		}
	}
	return cases
}

// deadNetwork is the one that dies for good.
const deadNetwork = "blackout"

// timeoutCases holds the time to notice a dead peer against each timeout.
func (e Evidence) timeoutCases() (cases []Case) {
	for _, c := range e.cells(plan.Values{"network": deadNetwork}) {
		set := c.Factors.Number("user_timeout")
		if set == 0 {
			continue // a quarter of an hour by default
		}
		at := "user timeout " + units.Duration(set)
		noticed, apart := e.notices(c)
		notice, _ := metric(c, "notice_seconds")
		cases = append(cases, newCase("dead peers: "+at,
			within("time to notice a dead peer, "+at, notice, leastOfTimeout*set, mostOfTimeout*set),
			atLeast("trials in which it was noticed", noticed, 1),
			atMost("the longest over the shortest of those times", apart, mostNoticeSpread)))
	}
	return cases
}

// notices counts in how many of the valid trials of a cell the server noticed that its
// peer was dead, and how far apart the times lie. Both are of these trials, all of
// them: with 6 or more they have no other bounds than themselves.
func (e Evidence) notices(c results.Cell) (noticed, apart results.Estimate) {
	valid, n, least, most := 0, 0, math.Inf(1), 0.0
	for _, t := range results.Usable(e.Trials)[c.ID] {
		valid++
		if s, ok := t.Metrics["notice_seconds"]; ok {
			n++
			least, most = min(least, s), max(most, s)
		}
	}
	noticed, apart = results.Estimate{What: "noticed", Unit: "share"}, results.Estimate{What: "longest over shortest", Unit: "×"}
	if valid > 0 {
		noticed.Median = float64(n) / float64(valid)
	}
	if n > 0 {
		apart.Median = most / least
	}
	if valid >= stats.MinBlocks {
		noticed.Lo, noticed.Hi = &noticed.Median, &noticed.Median
	}
	if n >= stats.MinBlocks {
		apart.Lo, apart.Hi = &apart.Median, &apart.Median
	}
	return noticed, apart
}

// weakCause says what the options cost in calls, and what they could act upon.
func (e Evidence) weakCause() string {
	text := ""
	lo, hi := math.Inf(1), 0.0
	for _, c := range e.cells(plan.Values{"network": deadNetwork}) {
		if m, ok := c.Metrics["notice_seconds"]; ok && c.Factors.Number("user_timeout") > 0 {
			of := m.Median / c.Factors.Number("user_timeout")
			lo, hi = min(lo, of), max(hi, of)
		}
	}
	if hi > 0 {
		text = fmt.Sprintf("a dead peer is noticed after %s to %s× the timeout, which the kernel holds against the clock when its retransmission timer goes off", units.Digits(lo, 3), units.Digits(hi, 3))
	}
	calls := func(want plan.Values, name string) (float64, bool) {
		for _, c := range e.cells(want) {
			if m, ok := c.Metrics[name]; ok && c.Factors.Text("network") != deadNetwork {
				return m.Median, true
			}
		}
		return 0, false
	}
	add := func(format string, args ...any) {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf(format, args...)
	}
	if n, ok := calls(acks(false, false, true), "option_calls_per_message"); ok {
		add("on the writer's socket, which receives nothing to acknowledge, the option costs %s calls a message", units.Digits(n, 2))
	}
	if n, ok := calls(acks(true, false, false), "read_calls_per_message"); ok {
		add("on the reader's a call for each read, %s a message", units.Digits(n, 2))
	}
	quick, okQuick := calls(with(acks(true, false, false), plan.Values{"nodelay": false}), "segments_per_message")
	slow, okSlow := calls(with(acks(false, true, false), plan.Values{"nodelay": false}), "segments_per_message")
	if okQuick && okSlow {
		add("with Nagle, which waits for them, quick acknowledgements let %s segments a message leave, delayed ones %s", units.Digits(quick, 2), units.Digits(slow, 2))
	}
	return text
}
