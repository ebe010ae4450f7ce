package verdict

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// What a write may take, in round trips: at most so much where the send buffer has
// room, for it waits for nobody; at least so much where it has not, for then it waits
// for an acknowledgement, which comes after one.
const (
	roomTrips = 0.1
	fullTrips = 0.5
)

// sndbufFactor is by how much the kernel enlarges a send buffer that is asked for, to
// make up for what it adds to payload. A message beyond that fits no more; one between
// is not judged.
const sndbufFactor = 2

// spliced is the share of the calls on the socket from which on bytes count as handed
// over without a write: the runtime writes now and then to wake its poller.
const spliced = 0.9

// settleNetconn takes both statements of the claim: what a write waits for, by the
// time in the call, and that ReadFrom splices, by the system calls that were made.
func settleNetconn(e Evidence) results.Verdict {
	var cases []Case
	for _, c := range e.Cells {
		if k, ok := blocks(c); ok {
			cases = append(cases, k)
		}
	}
	uncounted := false
	for _, c := range e.cells(plan.Values{"strategy": "readfrom"}) {
		share := e.shareOfCalls(c.ID, "spliced share", []string{"sendfile", "splice"}, toSocket)
		k := atLeast("share of sendfile(2) and splice(2) among the calls on the socket", share, spliced)
		uncounted = uncounted || k.Answer == Open && len(e.counted(c.ID)) == 0
		cases = append(cases, newCase("ReadFrom of a file splices, "+units.Size(c.Factors.Number("buffer"))+" at a time", k))
	}
	v := weigh(cases)
	v.Evidence["cpu_to_direct"] = e.savedCPU()
	v.Interval = e.waited()
	v.Cause = e.netconnCause()
	if uncounted && (v.Verdict == Undecided || v.Verdict == HoldsWhen) {
		v.Text += "; what ReadFrom does takes " + needsCounts
	}
	return v
}

// blocks is the case of a write of one size into a send buffer of another; ok is false
// for cells that are about something else, or of which it cannot be said whether the
// message fits.
func blocks(c results.Cell) (k Case, ok bool) {
	message, sndbuf, rtt := c.Factors.Number("message"), c.Factors.Number("sndbuf"), c.Factors.Number("rtt")
	if c.Factors["strategy"] != "direct" || sndbuf == 0 || rtt == 0 {
		return k, false
	}
	took, _ := metric(c, "write_p50_seconds")
	says := fmt.Sprintf("median time in Write of %s with a send buffer of %s over %s", units.Size(message), units.Size(sndbuf), units.Duration(rtt))
	switch {
	case message <= sndbuf:
		return newCase(fmt.Sprintf("Write of %s does not wait where %s have room", units.Size(message), units.Size(sndbuf)), atMost(says, took, roomTrips*rtt)), true
	case message > sndbufFactor*sndbuf:
		return newCase(fmt.Sprintf("Write of %s waits where only %s have room", units.Size(message), units.Size(sndbuf)), atLeast(says, took, fullTrips*rtt)), true
	}
	return k, false
}

// waited is the time in a write that did not fit; nil if there is none.
func (e Evidence) waited() *results.Estimate {
	for _, c := range e.cells(plan.Values{"strategy": "direct"}) {
		if c.Factors.Number("sndbuf") == 0 || c.Factors.Number("message") <= sndbufFactor*c.Factors.Number("sndbuf") {
			continue
		}
		took, _ := metric(c, "write_p50_seconds")
		if took.Lo == nil {
			return nil
		}
		took.What = fmt.Sprintf("median time in a Write of %s with a send buffer of %s, round trip %s",
			units.Size(c.Factors.Number("message")), units.Size(c.Factors.Number("sndbuf")), units.Duration(c.Factors.Number("rtt")))
		return &took
	}
	return nil
}

// savedCPU is the server's CPU time a message against conn.Write, by how bytes went.
func (e Evidence) savedCPU() map[string]results.Estimate {
	out := map[string]results.Estimate{}
	for _, c := range e.Cells {
		if r, ok := e.ratio("server_cpu_seconds_per_message", c, plan.Values{"strategy": "direct"}); ok {
			out[where(c.Factors, "strategy", "buffer")] = r
		}
	}
	return out
}

// netconnCause puts the time in a write beside the time until the reader has the
// message, and what ReadFrom costs beside bufio.
func (e Evidence) netconnCause() string {
	text := ""
	for _, c := range e.cells(plan.Values{"strategy": "direct"}) {
		took, ok1 := metric(c, "write_p50_seconds")
		arrived, ok2 := metric(c, "latency_p50_seconds")
		if ok1 && ok2 && c.Factors.Number("sndbuf") > 0 {
			text += fmt.Sprintf("%s into %s: in Write %s, with the reader after %s; ", units.Size(c.Factors.Number("message")),
				units.Size(c.Factors.Number("sndbuf")), units.Duration(took.Median), units.Duration(arrived.Median))
		}
	}
	for _, c := range e.cells(plan.Values{"strategy": "readfrom"}) {
		b, ok := e.cell(plan.Values{"strategy": "bufio", "buffer": c.Factors["buffer"]})
		cost, ok1 := metric(c, "server_cpu_seconds_per_message")
		plain, ok2 := metric(b, "server_cpu_seconds_per_message")
		if ok && ok1 && ok2 && plain.Median > 0 {
			text += fmt.Sprintf("ReadFrom with %s costs %s× the CPU of bufio; ", units.Size(c.Factors.Number("buffer")), units.Digits(cost.Median/plain.Median, 2))
		}
	}
	if len(text) > 1 {
		text = text[:len(text)-2]
	}
	return text
}
