package verdict

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// The bounds within which settleEvents finds what the claim says.
const (
	// atOnce is the most that the median event may take over loopback, in seconds.
	atOnce = 1e-3
	// heldBack is how much longer it takes at least without a flush: else events
	// leave at once anyway, and it is not the flush that makes them.
	heldBack = 10
	// keptOpen is the largest share of quiet connections that may be given up with
	// heartbeats, and one less it is the least that must be without: else they
	// would have stayed open anyway.
	keptOpen = 0.01
)

// settleEvents weighs "an event leaves at once after a flush", at each audience
// and number of connections, and "connections stay alive with heartbeats" through a
// proxy, which gives up a connection on which nothing comes, at each heartbeat.
// Either holds only where its cause is seen to be one: without the flush events
// must be late, and without heartbeats connections be lost. A share of 0 or 1 in
// every block has the exact interval of so many connections.
func settleEvents(e Evidence) results.Verdict {
	v := weigh(append(e.flushedEvents(), e.heartbeats()...))
	v.Interval = e.flushedInterval()
	v.Cause = e.eventsCause()
	return v
}

// flushedCells are the cells of events that a flush follows.
func (e Evidence) flushedCells() []results.Cell {
	return e.cells(plan.Values{"transport": "sse", "load": "rate", "flush": "each", "idle_close": 0.0})
}

func (e Evidence) flushedEvents() (out []Case) {
	const name = "latency_p50_seconds"
	for _, c := range e.flushedCells() {
		at := where(c.Factors, "audience", "connections")
		latency, _ := metric(c, name)
		held, _ := e.cell(with(c.Factors, plan.Values{"flush": "full"}))
		ratio, _ := e.ratio(name, held, plan.Values{"flush": "each"})
		out = append(out, newCase("a flush after each event, "+at,
			atMost("median latency with a flush, "+at, latency, atOnce),
			atLeast("median latency without one to that with one, "+at, ratio, heldBack)))
	}
	return out
}

func (e Evidence) heartbeats() (out []Case) {
	for _, c := range e.cells(plan.Values{"transport": "sse"}) {
		if c.Factors.Number("idle_close") == 0 || c.Factors.Number("heartbeat") == 0 {
			continue
		}
		bare, _ := e.cell(with(c.Factors, plan.Values{"heartbeat": 0.0}))
		at := fmt.Sprintf("a proxy that waits %s for a byte", units.Duration(c.Factors.Number("idle_close")))
		every := units.Duration(c.Factors.Number("heartbeat"))
		out = append(out, newCase(fmt.Sprintf("a heartbeat after %s of silence, %s", every, at),
			atMost("share of quiet connections given up with a heartbeat after "+every+", "+at, e.lostQuiet(c), keptOpen),
			atLeast("share given up without heartbeats, "+at, e.lostQuiet(bare), 1-keptOpen)))
	}
	return out
}

func (e Evidence) lostQuiet(c results.Cell) results.Estimate {
	return e.share("idle_closed_share", c, c.Factors.Number("connections"))
}

// flushedInterval is of the median latency where most connections are.
func (e Evidence) flushedInterval() *results.Estimate {
	c, ok := e.busiest()
	if !ok {
		return nil
	}
	latency, ok := metric(c, "latency_p50_seconds")
	if !ok {
		return nil
	}
	latency.What = "median latency of an event with a flush over loopback, " + where(c.Factors, "audience", "connections")
	return &latency
}

// busiest is the cell of flushed events, independent ones first, that has the most
// connections.
func (e Evidence) busiest() (out results.Cell, ok bool) {
	for _, c := range e.flushedCells() {
		worse := ok && (out.Factors.Text("audience") == "independent" && c.Factors.Text("audience") != "independent" ||
			c.Factors.Number("connections") <= out.Factors.Number("connections"))
		if !worse {
			out, ok = c, true
		}
	}
	return out, ok
}

// eventsCause says what held events where no flush followed, and what is left to
// HTTP where one did.
func (e Evidence) eventsCause() string {
	c, ok := e.busiest()
	if !ok {
		return ""
	}
	held, _ := e.cell(with(c.Factors, plan.Values{"flush": "full"}))
	plain, _ := e.cell(plan.Values{
		"transport": "tcp", "strategy": "direct", "load": "rate", "message": c.Factors["message"], "rate": c.Factors["rate"],
		"audience": c.Factors["audience"], "connections": c.Factors["connections"],
	})
	said := func(c results.Cell, name string) string {
		m, _ := metric(c, name)
		return figure(m.Median, m.Unit)
	}
	return fmt.Sprintf("%s: with a flush an event takes %s and is there after %s; without one net/http and bufio hand events on when their buffers are full, after %s and in %s; "+
		"the same payload over TCP without HTTP is there after %s",
		where(c.Factors, "audience", "connections"), said(c, "write_calls_per_message"), said(c, "latency_p50_seconds"),
		said(held, "latency_p50_seconds"), said(held, "write_calls_per_message"), said(plain, "latency_p50_seconds"))
}
