package verdict

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// The claim: flush after 5 s or 64 KiB, whichever is first.
const claimedWait = 5.0 // seconds

// What latency and calls may exceed their triggers by: a timer is a bit late, a
// message must still travel, and a window of a trial cuts flushes off.
const (
	waitTolerance = 0.1  // of the time trigger
	waitSlack     = 2e-3 // and so many seconds
	callTolerance = 0.1  // of the calls that both triggers allow
)

// flushKinds are the two forms of the trigger by time, in words.
var flushKinds = []struct{ flush, says string }{
	{"window", "with a timer"},
	{"next-write", "where only the next write looks at the clock"},
}

// settleTriggers weighs, for each form of the trigger by time, at each window and
// kind of load, that no message waits longer than it says and that write calls are no
// more than both triggers allow. What waits is the 99th percentile of latency less that
// with a flush after each message in the same block: what the machine delays anyway is
// not the trigger's. Where messages are seconds apart it is the longest latency of each
// trial, the median over blocks, for so few messages have no percentile. There a trial
// must last longer than the bound, or it says nothing.
func settleTriggers(e Evidence) results.Verdict {
	var cases []Case
	for _, k := range flushKinds {
		cases = append(cases, e.triggers(k.flush, k.says)...)
	}
	v := weigh(cases)
	v.Interval = e.waitInterval()
	v.Cause = e.triggersCause()
	return v
}

func (e Evidence) triggers(flush, says string) (out []Case) {
	add := func(when string, checks ...Check) { out = append(out, newCase("a flush "+says+", "+when, checks...)) }
	for _, load := range []struct {
		is   plan.Values
		says string
	}{
		{plan.Values{"load": "rate", "arrival": "poisson"}, "messages that keep coming"},
		{plan.Values{"load": "burst"}, "messages with pauses"},
	} {
		cells := e.cells(with(load.is, plan.Values{"flush": flush}))
		for _, window := range windowsOf(cells) {
			var checks []Check
			for _, c := range cells {
				if c.Factors.Number("window") == window {
					checks = append(checks, e.waitCheck(c), callsCheck(c))
				}
			}
			add(load.says+", window "+units.Duration(window), checks...)
		}
	}
	if c, ok := e.silent(flush); ok {
		add("messages seconds apart, "+where(c.Factors, "window"), atMost("the longest wait", e.longestWait(c), mostWait(c)))
	}
	var full []Check
	for _, c := range e.cells(plan.Values{"flush": flush, "load": "saturate"}) {
		full = append(full, callsCheck(c))
	}
	if len(full) > 0 {
		add("messages as fast as they are taken", full...)
	}
	return out
}

// windowsOf lists the windows of cells, in their order.
func windowsOf(cells []results.Cell) (out []float64) {
	for _, c := range cells {
		if w := c.Factors.Number("window"); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// silent is the cell of the claimed time whose messages are seconds apart, if its
// trials last long enough to find a message that waits too long.
func (e Evidence) silent(flush string) (results.Cell, bool) {
	c, ok := e.cell(plan.Values{"flush": flush, "window": claimedWait, "load": "rate", "arrival": "constant"})
	return c, ok && float64(e.planned(c).Window) > claimedWait
}

func (e Evidence) longestWait(c results.Cell) results.Estimate {
	const name = "latency_max_seconds"
	return medianOf(name, "s", e.perBlock(func(trials []results.Trial) (float64, bool) {
		x, ok := trials[0].Metrics[name]
		return x, ok
	}, c))
}

// mostWait is the latency that the trigger by time allows, in seconds.
func mostWait(c results.Cell) float64 {
	return c.Factors.Number("window")*(1+waitTolerance) + waitSlack
}

func (e Evidence) waitCheck(c results.Cell) Check {
	const name = "latency_p99_seconds"
	each := plan.Values{"flush": "each"}
	for _, factor := range []string{"strategy", "load", "arrival", "rate", "burst", "message", "connections"} {
		if v, ok := c.Factors[factor]; ok {
			each[factor] = v
		}
	}
	at, most := where(c.Factors, "threshold"), mostWait(c)
	base, ok := e.cell(each)
	if !ok {
		p99, _ := metric(c, name)
		return atMost("p99 of latency, "+at, p99, most)
	}
	return atMost("p99 of latency beyond that with a flush each, "+at, medianOf(name, "s", e.perBlock(func(trials []results.Trial) (float64, bool) {
		x, ok1 := trials[0].Metrics[name]
		y, ok2 := trials[1].Metrics[name]
		return x - y, ok1 && ok2
	}, c, base)), most)
}

// callsCheck holds write calls per message against what the triggers allow: one in
// each window that has a message, and one for each threshold full of frames.
func callsCheck(c results.Cell) Check {
	v := c.Factors
	byTime := 0.0 // at saturation bytes are first by far
	if v.Text("load") != "saturate" {
		together := 1.0
		if v.Text("load") == "burst" {
			together = v.Number("burst")
		}
		byTime = math.Min(1/together, 1/(v.Number("rate")*v.Number("window")))
	}
	threshold := v.Number("threshold")
	if threshold == 0 {
		threshold = v.Number("buffer")
	}
	allowed := byTime + (v.Number("message")+framePrefix)/threshold
	calls, _ := metric(c, "write_calls_per_message")
	return atMost("write calls, "+where(v, "threshold", "sink"), calls, allowed*(1+callTolerance))
}

// waitInterval is of the longest wait under the claimed time or, where trials were
// too short for it, of the tail before a pause.
func (e Evidence) waitInterval() *results.Estimate {
	if c, ok := e.silent("window"); ok {
		wait := e.longestWait(c)
		wait.What = fmt.Sprintf("longest wait of a message with a timer of %s", units.Duration(claimedWait))
		return &wait
	}
	c, ok := e.tail("window")
	if !ok {
		return nil
	}
	p99, ok := metric(c, "latency_p99_seconds")
	if !ok {
		return nil
	}
	p99.What = "p99 of latency before a pause, with a timer, " + where(c.Factors, "window")
	return &p99
}

// tail is the cell with pauses of the longest window.
func (e Evidence) tail(flush string) (out results.Cell, ok bool) {
	for _, c := range e.cells(plan.Values{"flush": flush, "load": "burst"}) {
		if !ok || c.Factors.Number("window") > out.Factors.Number("window") {
			out, ok = c, true
		}
	}
	return out, ok
}

// triggersCause says what becomes of the last messages before a pause.
func (e Evidence) triggersCause() string {
	timer, ok1 := e.tail("window")
	next, ok2 := e.tail("next-write")
	if !ok1 || !ok2 {
		return ""
	}
	said := func(c results.Cell, name string) string {
		m, _ := metric(c, name)
		return figure(m.Median, m.Unit)
	}
	v := timer.Factors
	text := fmt.Sprintf("bursts of %s every %s, %s: with a timer the tail leaves after %s (p99) in %s, without one it stays for the next write, %s (p99) in %s",
		units.Number(v.Number("burst")), units.Duration(v.Number("burst")/v.Number("rate")), where(v, "window"),
		said(timer, "latency_p99_seconds"), said(timer, "write_calls_per_message"), said(next, "latency_p99_seconds"), said(next, "write_calls_per_message"))
	if c, ok := e.silent("next-write"); ok {
		wait := e.longestWait(c).Median
		text += fmt.Sprintf("; with 5 s and no timer a message waited for %s", units.Duration(wait))
		if wait > mostWait(c) {
			text += ", until the end of its stream sent it"
		}
	}
	return text
}
