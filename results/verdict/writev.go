package verdict

import (
	"fmt"
	"math"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// conn.Write "goes through writev" if nearly all calls that carry bytes are writev(2),
// and does not if nearly none is: what is left are Go's own, to wake its poller.
const (
	nearlyAll  = 0.99
	nearlyNone = 0.01
)

// settleWritev counts the system calls that strategy direct, which calls conn.Write
// once a message, came down to.
func settleWritev(e Evidence) results.Verdict {
	var cases []Case
	counted, mixed := true, false
	for _, c := range e.cells(plan.Values{"strategy": "direct"}) {
		when := "messages of " + units.Size(c.Factors.Number("message"))
		if c.Factors.Number("sndbuf") > 0 {
			when += " through a send buffer of " + units.Size(c.Factors.Number("sndbuf")) + ", in parts"
		}
		k := atLeast("share of writev(2) among the calls of conn.Write", e.shareOfCalls(c.ID, "writev share", []string{"writev"}, carriers), nearlyAll)
		counted = counted && k.Lo != nil
		if k.Answer == No && *k.Hi > nearlyNone {
			k.Answer, mixed = Open, mixed || *k.Lo > nearlyNone
		}
		cases = append(cases, newCase(when, k))
	}
	v := weigh(cases)
	if len(cases) == 0 {
		return v
	}
	headline := cases[0].Checks[0].Estimate
	headline.What = "writev(2) among the system calls of conn.Write, " + cases[0].When
	if headline.Lo != nil {
		v.Interval = &headline
	}
	v.Evidence["calls_per_message"] = e.writevTable()
	v.Cause = e.writevCause()
	switch {
	case v.Verdict != Undecided:
	case !counted:
		v.Text = "which calls were made is not known well enough; it takes " + needsCounts + ", in 6 blocks"
	case mixed:
		v.Text = "conn.Write made both write(2) and writev(2), neither of them nearly always: " + first(cases, Open)
	}
	return v
}

// A strategyCalls is what a strategy's writes came down to, in calls a message.
type strategyCalls struct {
	Where  string  `json:"where"`
	Write  float64 `json:"write"`
	Writev float64 `json:"writev"`
}

func (e Evidence) writevTable() (out []strategyCalls) {
	for _, c := range e.Cells {
		if w := e.callsPerMessage(c.ID, "write"); !math.IsNaN(w) {
			out = append(out, strategyCalls{where(c.Factors, "strategy", "message", "sndbuf"), w, e.callsPerMessage(c.ID, "writev")})
		}
	}
	return out
}

// writevCause says what each way to write came down to, and what the parts of a large
// one cost.
func (e Evidence) writevCause() string {
	text := ""
	for _, way := range []struct{ name, strategy string }{
		{"conn.Write", "direct"}, {"syscall.Write", "rawwrite"}, {"bufio.Writer", "bufio"}, {"net.Buffers", "writev"},
	} {
		c, ok := e.cell(plan.Values{"strategy": way.strategy, "sndbuf": float64(0)})
		write, writev := e.callsPerMessage(c.ID, "write"), e.callsPerMessage(c.ID, "writev")
		if !ok || math.IsNaN(write) {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %s write(2) and %s writev(2)", way.name, units.Digits(write, 3), units.Digits(writev, 3))
	}
	if text == "" {
		return ""
	}
	text = "calls a message: " + text
	for _, c := range e.cells(plan.Values{"strategy": "direct"}) {
		calls, _ := metric(c, "write_calls_per_message")
		write := e.callsPerMessage(c.ID, "write", "writev")
		if c.Factors.Number("sndbuf") > 0 && !math.IsNaN(write) && calls.Median > 0 {
			text += fmt.Sprintf("; one conn.Write of %s takes %s calls, as the socket takes parts of it or refuses it for now (EAGAIN)",
				units.Size(c.Factors.Number("message")), units.Digits(write/calls.Median, 3))
		}
	}
	return text
}
