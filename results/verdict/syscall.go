package verdict

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// The claim: 10,000 writes of 1 KB took 8.2 µs each through conn.Write and
// 5.7 µs each through syscall.Write, with as many calls.
const (
	claimedConn    = 8.2e-6
	claimedSyscall = 5.7e-6
	claimedMessage = 1 << 10
	// Each of the two times has one decimal of a microsecond.
	halfTime  = 0.05e-6
	halfTimes = claimedConn / claimedSyscall * (halfTime/claimedConn + halfTime/claimedSyscall)
)

func measuresSyscall(p plan.Plan) bool {
	every := func(plan.Values) bool { return true }
	return compares(p) && has(p, "rawwrite", every) && has(p, "direct", every)
}

// settleSyscall takes the ratio of the two times, 1.44, as the claim: with one
// write a message at saturation it is the ratio of the two throughputs. It holds
// if that lies in the interval at 1 KiB, and when it lies in that of another size
// only. If the numbers of calls surely differ, the claim fails.
func settleSyscall(e Evidence) results.Verdict {
	s := e.Summary
	cells := cellsOf(s)
	var ratios, atClaimed, calls, conn, syscall []Figure
	for _, r := range s.Ratios {
		cell, base := cells[r.Cell], cells[r.Base]
		if r.Metric != goodput || cell.Factors["strategy"] != "rawwrite" {
			continue
		}
		size := cell.Factors.Number("message")
		where := units.Size(size)
		f := Figure{
			Where: where, Claimed: claimedConn / claimedSyscall, Half: halfTimes, Measured: r.Ratio, Lo: r.Lo, Hi: r.Hi,
			AtLeast: r.Censored && cell.Censored > 0, AtMost: r.Censored && base.Censored > 0,
		}.placed()
		ratios = append(ratios, f)
		calls = append(calls, countOf(base, where+", conn.Write", 1, 1), countOf(cell, where+", syscall.Write", 1, 1))
		if size == claimedMessage {
			atClaimed = append(atClaimed, f)
			conn = append(conn, perWrite(base, where+", conn.Write", claimedConn))
			syscall = append(syscall, perWrite(cell, where+", syscall.Write", claimedSyscall))
		}
	}
	v := results.Verdict{Verdict: judge(ratios), Evidence: map[string]any{
		"ratio": ratios, "write_calls_per_message": calls, "seconds_per_write": append(conn, syscall...),
	}}
	switch at := judge(atClaimed); {
	case at == Holds:
		v.Verdict = Holds
	case v.Verdict == Holds:
		v.Verdict = HoldsWhen // not measured at the claimed size
	case v.Verdict == HoldsWhen:
	default:
		v.Verdict = at // what other sizes leave open does not save it
	}
	equal := judge(calls)
	if equal == Fails || equal == HoldsWhen && differs(calls) {
		v.Verdict = Fails
	}
	if v.Verdict == HoldsWhen {
		v.When = held(ratios)
	}
	for _, f := range append(atClaimed, ratios...) {
		v.Interval = &results.Estimate{What: "syscall.Write over conn.Write, throughput at " + f.Where, Unit: "×", Median: f.Measured, Lo: f.Lo, Hi: f.Hi}
		break
	}
	v.Cause = syscallCause(e)
	v.Text = fmt.Sprintf("syscall.Write is claimed %.2f× as fast as conn.Write: %s; calls per message: %s",
		claimedConn/claimedSyscall, tell(judge(ratios), ratios, ratio), tell(equal, calls, round))
	for _, f := range append(conn, syscall...) {
		if f.Measured != 0 {
			v.Text += fmt.Sprintf("; a write takes %s instead of %s at %s", units.Duration(f.Measured), units.Duration(f.Claimed), f.Where)
		}
	}
	return v
}

// syscallCause compares what both spend on the same write(2).
func syscallCause(e Evidence) string {
	for _, c := range e.cells(plan.Values{"strategy": "rawwrite", "message": float64(claimedMessage)}) {
		cpu, ok := e.ratio("server_cpu_seconds_per_message", c, plan.Values{"strategy": "direct"})
		calls, counted := metric(c, "write_calls_per_message")
		if ok && counted {
			return fmt.Sprintf("both enter the kernel as often, %s a message, and conn.Write adds only its lock and deadline: server CPU per message of syscall.Write is %s that of conn.Write",
				units.Number(calls.Median), estimate(cpu))
		}
	}
	return ""
}

// differs tells whether a count is surely not the claimed one.
func differs(figures []Figure) bool {
	for _, f := range figures {
		if f.Place == Above || f.Place == Below {
			return true
		}
	}
	return false
}

// perWrite is the time one write takes at saturation, from the messages that
// arrive in a second and the calls they took.
func perWrite(c results.Cell, where string, claimed float64) Figure {
	f := Figure{Where: where, Claimed: claimed, Half: halfTime}
	rate, okRate := c.Metrics["messages_per_second"]
	calls, okCalls := c.Metrics["write_calls_per_message"]
	if !okRate || !okCalls || rate.Median*calls.Median == 0 {
		return f.placed()
	}
	f.Measured = 1 / (rate.Median * calls.Median)
	f.AtMost = rate.Censored
	if rate.Lo != nil && rate.Hi != nil {
		lo, hi := 1/(*rate.Hi*calls.Median), 1/(*rate.Lo*calls.Median)
		f.Lo, f.Hi = &lo, &hi
	}
	return f.placed()
}

func ratio(v float64) string { return units.Digits(v, 3) + "×" }
