package verdict

import (
	"cmp"
	"fmt"
	"math"
	"slices"

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
	wireBytes   = "wire_bytes_per_message"
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
	v.Evidence["link use"] = "payload as a share of all bytes that the messages took on the link, headers included"
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
	return e.perTrial(c, "link use", "share", func(m map[string]float64) (float64, bool) {
		return c.Factors.Number("message") / m[wireBytes], m[wireBytes] > 0
	})
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

func (e Evidence) segmentsPerWrite(c results.Cell) results.Estimate {
	return e.perTrial(c, "segments per write", "segments/call", quotient("segments_per_message", "write_calls_per_message"))
}

// nagleDirection is what the claim says even where its figures are not met: with
// Nagle messages take longer, and fewer bytes.
func (e Evidence) nagleDirection() (out []Check) {
	for _, c := range e.cells(plan.Values{"nodelay": false}) {
		at := where(c.Factors, "message", "network", "bandwidth", "rtt", "read_size", "delayed_ack")
		if r, ok := e.ratio(meanLatency, c, nil); ok {
			out = append(out, atLeast("mean latency with Nagle over that without, "+at, r, 1))
		}
		if r, ok := e.ratio(wireBytes, c, nil); ok {
			out = append(out, atMost("bytes on the link with Nagle over those without, "+at, r, 1))
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
	var saturated []float64
	for _, c := range e.nodelay(false) {
		if s := e.segmentsPerWrite(c).Median; s > 0 {
			saturated = append(saturated, s)
		}
	}
	text := fmt.Sprintf("Nagle, which joins writes while a segment is unacknowledged, put up to %s spaced ones into one (%s)", units.Digits(joined, 2), at)
	if r := e.rangeOf(meanLatency); r != "" {
		text += ", and they took " + r + " the time"
	}
	if len(saturated) > 0 {
		text += fmt.Sprintf("; without it saturated writes took %s to %s segments each",
			units.Digits(slices.Min(saturated), 2), units.Digits(slices.Max(saturated), 2))
		if slices.Min(saturated) < 1-segmentTolerance {
			text += ": the kernel joins what the window holds back"
		}
	}
	if r := e.rangeOf(wireBytes); r != "" {
		text += "; the bytes on the link were with Nagle " + r + " those without"
	}
	return text
}

// rangeOf says between which values the plan's ratios of a metric lie.
func (e Evidence) rangeOf(name string) string {
	lo, hi := math.Inf(1), 0.0
	for _, r := range e.Ratios {
		if r.Metric == name {
			lo, hi = min(lo, r.Ratio), max(hi, r.Ratio)
		}
	}
	if hi == 0 {
		return ""
	}
	return fmt.Sprintf("%s to %s×", units.Digits(lo, 2), units.Digits(hi, 2))
}
