package verdict

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/internal/limit"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// The claim: with Nagle, messages take 28 ms in the mean and use 92 % of the link;
// without, 3.2 ms and 67 %. A figure stands for what rounds to it. The claim names
// neither round trip nor message size: they are taken to be those at which the figure
// without Nagle comes true, and there the one with Nagle is held against the claim.
var (
	nagleMean = claimedPair{"mean latency", 3.2e-3, 0.05e-3, 28e-3, 0.5e-3}
	nagleUse  = claimedPair{"link use", 0.67, 0.005, 0.92, 0.005}
)

// A claimedPair is a figure without Nagle and with it, each with half a unit of its
// last digit.
type claimedPair struct {
	says                                   string
	without, withoutHalf, nagle, nagleHalf float64
}

const (
	meanLatency = "latency_mean_seconds"
	// segmentTolerance allows for a write at either end of a window.
	segmentTolerance = 0.01
)

// settleNagle weighs the latencies, one case for each way to acknowledge; the use of
// the link, one for each way to saturate it; and whether every write without Nagle is
// a segment of its own, which is a case where writes are spaced and one for each cell
// where they are not.
func settleNagle(e Evidence) results.Verdict {
	means := e.nagleFields(true, "rtt", meanOf, "delayed_ack")
	uses := e.nagleFields(false, "message", e.linkUse, "network", "bandwidth", "rtt", "read_size")
	var cases []Case
	for _, f := range means {
		cases = append(cases, f.held(nagleMean, "round trip", units.Duration))
	}
	for _, f := range uses {
		cases = append(cases, f.held(nagleUse, "messages", units.Size))
	}
	v := weigh(append(cases, e.ownSegments()...))
	v.Interval = strongest(cases)
	v.Cause = e.nagleCause()
	v.Evidence["link use"] = "payload as a share of all bytes on the link, headers included, by TCP's own counts"
	v.Evidence["direction"] = e.nagleDirection()
	return v
}

// A nagleField is what Nagle does under one condition, over another factor.
type nagleField struct {
	where string
	twins []twin
}

// nagleFields pairs the cells without Nagle, of an open loop or saturated, with those
// that have it, by the named factors and in order of x.
func (e Evidence) nagleFields(timed bool, x string, measured func(results.Cell) results.Estimate, named ...string) (out []nagleField) {
	for _, without := range e.nodelay(timed) {
		nagle, ok := e.cell(with(without.Factors, plan.Values{"nodelay": false}))
		if !ok {
			continue
		}
		at := where(without.Factors, named...)
		i := slices.IndexFunc(out, func(f nagleField) bool { return f.where == at })
		if i < 0 {
			i, out = len(out), append(out, nagleField{where: at})
		}
		out[i].twins = append(out[i].twins, twin{without.Factors.Number(x), measured(without), measured(nagle)})
	}
	for _, f := range out {
		slices.SortFunc(f.twins, func(a, b twin) int { return cmp.Compare(a.x, b.x) })
	}
	return out
}

// nodelay returns the cells without Nagle, of an open loop or saturated.
func (e Evidence) nodelay(timed bool) []results.Cell {
	return slices.DeleteFunc(e.cells(plan.Values{"nodelay": true}), func(c results.Cell) bool {
		return (c.Factors.Text("load") != "saturate") != timed
	})
}

// held is the case of a claimed pair: the figure with Nagle where the one without is
// as claimed or, where it is so nowhere, both where it comes closest.
func (f nagleField) held(p claimedPair, x string, write func(float64) string) Case {
	when := p.says + ": " + f.where + ", " + x + " "
	if at, nagle, ok := meet(f.twins, p.without); ok {
		says := fmt.Sprintf("%s with Nagle (%s without)", p.says, figure(p.without, nagle.Unit))
		return newCase(when+"about "+write(at), rounded(says, nagle, p.nagle, p.nagleHalf))
	}
	t := nearest(f.twins, p.without)
	return newCase(when+write(t.x),
		rounded(p.says+" without Nagle", t.base, p.without, p.withoutHalf),
		rounded(p.says+" with Nagle", t.own, p.nagle, p.nagleHalf))
}

func meanOf(c results.Cell) results.Estimate {
	m, _ := metric(c, meanLatency)
	return m
}

// linkUse is payload as a share of all bytes on the link.
func (e Evidence) linkUse(c results.Cell) results.Estimate {
	return e.perTrial(c, "link use", "share", linkUse(c))
}

func linkUse(c results.Cell) trialFigure {
	size := c.Factors.Number("message")
	return func(t results.Trial) (float64, bool) {
		payload, wire, _, ok := onLink(t)
		return payload / wire * size / (size + framePrefix), ok
	}
}

// segmentsPerWrite is of strategy direct, which writes each message by itself.
func (e Evidence) segmentsPerWrite(c results.Cell) results.Estimate {
	frame := c.Factors.Number("message") + framePrefix
	return e.perTrial(c, "segments per write", "segments/call", func(t results.Trial) (float64, bool) {
		payload, _, segments, ok := onLink(t)
		return segments * frame / payload, ok
	})
}

// onLink is what TCP counted on the link in a trial's window: bytes less headers, all
// bytes, and segments. Each is for one message that was written, of which more or
// fewer than left may have been in a short window: only their quotients mean anything.
func onLink(t results.Trial) (payload, wire, segments float64, ok bool) {
	wire, segments = t.Metrics["wire_bytes_per_message"], t.Metrics["segments_per_message"]
	payload = wire - limit.HeaderBytes*segments
	return payload, wire, segments, payload > 0 && segments > 0
}

// ownSegments tells whether every write without Nagle is a segment of its own.
func (e Evidence) ownSegments() (cases []Case) {
	check := func(c results.Cell, factors ...string) Check {
		says := "segments per write, " + where(c.Factors, factors...)
		return within(says, e.segmentsPerWrite(c), 1-segmentTolerance, 1+segmentTolerance)
	}
	var spaced []Check
	for _, c := range e.nodelay(true) {
		spaced = append(spaced, check(c, "rtt", "delayed_ack"))
	}
	if len(spaced) > 0 {
		cases = append(cases, newCase("every write is a segment: spaced", spaced...))
	}
	for _, c := range e.nodelay(false) {
		factors := []string{"message", "network", "bandwidth", "rtt", "read_size"}
		cases = append(cases, newCase("every write is a segment: saturated, "+where(c.Factors, factors...), check(c, factors...)))
	}
	return cases
}

// nagleDirection is what the claim says even where its figures are not met: with
// Nagle messages take longer, and use the link better.
func (e Evidence) nagleDirection() (out []Check) {
	for _, c := range e.cells(plan.Values{"nodelay": false}) {
		without, ok := e.cell(with(c.Factors, plan.Values{"nodelay": true}))
		if !ok {
			continue
		}
		at := where(c.Factors, "message", "network", "bandwidth", "rtt", "read_size", "delayed_ack")
		if c.Factors.Text("load") == "saturate" {
			out = append(out, atLeast("link use with Nagle over that without, "+at, e.against(nagleUse.says, c, without, linkUse(c)), 1))
		} else if r, ok := e.ratio(meanLatency, c, plan.Values{"nodelay": true}); ok {
			out = append(out, atLeast("mean latency with Nagle over that without, "+at, r, 1))
		}
	}
	return out
}

// nagleCause words what Nagle did to segments, time and bytes.
func (e Evidence) nagleCause() string {
	joined, at := 0.0, ""
	for _, c := range e.cells(plan.Values{"nodelay": false}) {
		if s := e.segmentsPerWrite(c).Median; c.Factors.Text("load") != "saturate" && s > 0 && 1/s > joined {
			joined, at = 1/s, where(c.Factors, "delayed_ack", "rtt")
		}
	}
	if joined == 0 {
		return ""
	}
	text := fmt.Sprintf("Nagle, which joins writes while a segment is unacknowledged, put up to %s spaced ones into one (%s)", units.Digits(joined, 2), at)
	var slower, used, saturated []float64
	for _, k := range e.nagleDirection() {
		switch {
		case k.Median == 0:
		case k.What == meanLatency:
			slower = append(slower, k.Median)
		default:
			used = append(used, k.Median)
		}
	}
	for _, c := range e.nodelay(false) {
		if s := e.segmentsPerWrite(c).Median; s > 0 {
			saturated = append(saturated, s)
		}
	}
	if len(slower) > 0 {
		text += ", and they took " + spanned(slower) + " times as long"
	}
	if len(saturated) > 0 {
		text += "; without it saturated writes took " + spanned(saturated) + " segments each"
		if slices.Min(saturated) < 1-segmentTolerance {
			text += ", for the kernel joins what the window holds back"
		}
	}
	if len(used) > 0 {
		text += "; the share of payload on the link was with Nagle " + spanned(used) + " times that without"
	}
	return text
}

// spanned writes the least and the largest of figures, or the one they all are.
func spanned(v []float64) string {
	lo, hi := units.Digits(slices.Min(v), 2), units.Digits(slices.Max(v), 2)
	if lo == hi {
		return lo
	}
	return lo + " to " + hi
}
