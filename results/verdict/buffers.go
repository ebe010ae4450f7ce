package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// claimedBuffers is what the claim gives for each buffer size: throughput, and
// write calls for a stream of 10 MiB, which are those of full buffers.
var claimedBuffers = []struct{ buffer, bytesPerSecond, writes float64 }{
	{256, 12.3e6, 40960},
	{4 << 10, 187.6e6, 2560},
	{64 << 10, 201.4e6, 160},
}

const (
	halfSpeed     = 0.05e6   // B/s: the claim has one decimal of MB/s
	claimedStream = 10 << 20 // bytes
	framePrefix   = 4        // bytes before each message on the socket
	// countTolerance allows for the part of a buffer at either end of a window.
	countTolerance = 0.01
)

// sinks names those that are no socket.
var sinks = map[string]string{"pipe": ", into a pipe", "null": ", into /dev/null"}

func measuresBuffers(p plan.Plan) bool {
	for _, c := range claimedBuffers {
		if !has(p, "bufio", func(v plan.Values) bool { return v.Number("buffer") == c.buffer }) {
			return false
		}
	}
	return true
}

// settleBuffers compares throughput and write counts with the claimed figures,
// once for each message size and sink. The claim was made for a file.
func settleBuffers(e Evidence) results.Verdict {
	s := e.Summary
	var speeds, counts []Figure
	said := "throughput on a TCP socket: "
	for _, c := range s.Cells {
		if c.Factors["strategy"] != "bufio" || c.Factors["load"] != "saturate" {
			continue
		}
		for _, claim := range claimedBuffers {
			if c.Factors.Number("buffer") != claim.buffer {
				continue
			}
			where := fmt.Sprintf("%s buffer, %s messages", units.Size(claim.buffer), units.Size(c.Factors.Number("message")))
			speed := goodput
			if sink, ok := sinks[c.Factors.Text("sink")]; ok {
				where += sink
				speed, said = "written_bytes_per_second", "throughput: "
			}
			f := figureOf(c, speed, where, claim.bytesPerSecond, 1)
			f.Half = halfSpeed
			speeds = append(speeds, f.placed())
			perStream := claimedStream / (c.Factors.Number("message") + framePrefix)
			counts = append(counts, countOf(c, where, claim.writes, perStream))
		}
	}
	v := results.Verdict{
		Verdict: judge(speeds),
		Evidence: map[string]any{
			"sink":                     "TCP socket with a checking reader unless another is named, 4-byte length before each message; the claim used a file",
			"goodput_bytes_per_second": speeds, "writes_per_10_mib": counts,
		},
	}
	calls := judge(counts)
	if v.Verdict == Holds && calls != Holds {
		v.Verdict = HoldsWhen
	}
	if v.Verdict == HoldsWhen {
		v.When = held(append(speeds, counts...))
	}
	if f, ok := smallestFigure(speeds); ok {
		v.Interval = &results.Estimate{What: "throughput with a " + f.Where, Unit: "B/s", Median: f.Measured, Lo: f.Lo, Hi: f.Hi}
		buffer := claimedBuffers[0].buffer
		v.Cause = fmt.Sprintf("throughput is the buffer over the time of one write call: %s for %s here, while %s implies %s",
			units.Duration(buffer/f.Measured), units.Size(buffer), units.Rate(f.Claimed), units.Duration(buffer/f.Claimed))
	}
	v.Text = said + tell(judge(speeds), speeds, units.Rate) + "; write calls for 10 MiB: " + tell(calls, counts, round)
	return v
}

// smallestFigure is the one of the smallest claimed buffer, in which a write call
// weighs most.
func smallestFigure(figures []Figure) (Figure, bool) {
	for _, f := range figures {
		if f.Claimed == claimedBuffers[0].bytesPerSecond && f.Measured > 0 {
			return f, true
		}
	}
	return Figure{}, false
}

// held lists where the claimed figures lie in the intervals.
func held(figures []Figure) (out []string) {
	for _, f := range figures {
		if f.Place == Inside && !slices.Contains(out, f.Where) {
			out = append(out, f.Where)
		}
	}
	return out
}

// figureOf puts a claimed value beside a cell's metric, times scale.
func figureOf(c results.Cell, metric, where string, claimed, scale float64) Figure {
	f := Figure{Where: where, Claimed: claimed}
	m, ok := c.Metrics[metric]
	if ok {
		f.Measured = m.Median * scale
		f.AtLeast = m.Censored && m.Better == "higher"
		f.AtMost = m.Censored && m.Better == "lower"
	}
	if m.Lo != nil && m.Hi != nil {
		lo, hi := *m.Lo*scale, *m.Hi*scale
		f.Lo, f.Hi = &lo, &hi
	}
	return f.placed()
}

// countOf is figureOf for write calls. They do not depend on how fast the reader
// is, and the interval is at least as wide as a window can count.
func countOf(c results.Cell, where string, claimed, scale float64) Figure {
	f := figureOf(c, "write_calls_per_message", where, claimed, scale)
	f.AtLeast, f.AtMost = false, false
	if f.Lo != nil {
		*f.Lo = math.Min(*f.Lo, f.Measured*(1-countTolerance))
		*f.Hi = math.Max(*f.Hi, f.Measured*(1+countTolerance))
	}
	return f.placed()
}

// tell words a verdict with the figures behind it.
func tell(verdict string, figures []Figure, write func(float64) string) string {
	var in, out []string
	for _, f := range figures {
		if f.Place == Inside {
			in = append(in, fmt.Sprintf("%s at %s", write(f.Claimed), f.Where))
		} else if f.Measured != 0 {
			out = append(out, fmt.Sprintf("%s instead of %s at %s", write(f.Measured), write(f.Claimed), f.Where))
		}
	}
	in, out = few(in), few(out)
	switch verdict {
	case Holds:
		return "the claimed figures hold (" + strings.Join(in, ", ") + ")"
	case HoldsWhen:
		return "only some claimed figures hold (" + strings.Join(in, ", ") + "); otherwise " + strings.Join(out, ", ")
	case Fails:
		return "measured " + strings.Join(out, ", ")
	}
	return "undecided, " + remedy(figures)
}

// few keeps the first of a long list; all are in the evidence.
func few(list []string) []string {
	const most = 3
	if len(list) <= most+1 {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
}

// round writes a number of calls.
func round(v float64) string {
	if v >= 100 {
		return units.Places(v, 0)
	}
	return units.Number(v)
}
