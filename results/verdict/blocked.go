package verdict

import (
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// The claim gives no figures; these are what its words take.
const (
	busyWait    = 2.0  // times as long a wait for a thread, if blocked writers hold Ps
	busyThreads = 0.5  // threads more for each blocked writer, if they hold threads
	fewThreads  = 0.1  // below that they surely do not
	hurt        = 1.5  // times the latency without blocked writers: something was lost
	unhurt      = 1.25 // within that, nothing was
	broughtBack = 0.9  // of what was lost, at least
)

// settleBlocked settles two things: whether a goroutine that is blocked in Write
// keeps its P busy, by what that would do to the others' waits and to the number of
// threads; and whether a write deadline brings healthy readers' latency back, with a
// goroutine a connection and with a pool.
func settleBlocked(e Evidence) results.Verdict {
	var cases []Case
	var causes []string
	var headline *results.Estimate
	window := windows(e.Plan)
	for _, base := range e.cells(plan.Values{"slow_share": 0.0, "write_deadline": 0.0}) {
		stuck, ok := e.cell(with(base.Factors, plan.Values{"slow_share": slowShare(e), "write_deadline": 0.0}))
		if !ok {
			continue
		}
		writers := "a goroutine for each connection"
		if n := base.Factors.Number("workers"); n > 0 {
			writers = fmt.Sprintf("a pool of %s", units.Number(n))
		} else {
			cases = append(cases, e.busy(stuck, base))
			causes = append(causes, beside(stuck, base))
		}
		hurts := reads("latency_p99_seconds").orAtLeast(window[stuck.ID], "messages_per_second")
		lost := e.relative("p99 of healthy readers' latency, stopped readers without a deadline over none, "+writers, stuck, base, hurts)
		if headline == nil {
			headline = &lost
		}
		for _, freed := range e.cells(without(stuck.Factors, "write_deadline")) {
			if freed.Factors.Number("write_deadline") == 0 {
				continue
			}
			deadline := units.Value("write_deadline", freed.Factors["write_deadline"])
			cases = append(cases, newCase(fmt.Sprintf("a deadline of %s brings latency back, %s", deadline, writers),
				atLeast(lost.What, lost, hurt).unless(unhurt),
				atLeast("of what p99 lost, a deadline of "+deadline+" brought back", e.regained(freed, stuck, base, hurts), broughtBack),
			))
			causes = append(causes, fmt.Sprintf("%s: %s messages pass without stopped readers, %s with, and %s with the deadline, which gave up %s of the connections",
				writers, middle(base, "messages_per_second"), middle(stuck, "messages_per_second"), middle(freed, "messages_per_second"), middle(freed, "disconnected_share")))
		}
	}
	v := weigh(cases)
	v.Interval, v.Cause = headline, strings.Join(causes, "; ")
	return v
}

// busy is the case of the P. A goroutine that keeps a P lets others wait for one, and
// keeps a thread, so that the runtime starts another. It takes both to say that it
// does, and neither to deny it: a wait alone may have another cause.
func (e Evidence) busy(stuck, base results.Cell) Case {
	blocked := stuck.Factors.Number("slow_share") * stuck.Factors.Number("connections")
	c := newCase("a blocked goroutine keeps its P busy",
		atLeast("p99 of goroutines' wait for a thread, with stopped readers over without",
			e.relative("", stuck, base, reads("sched_latency_p99_seconds")), busyWait),
		atLeast(fmt.Sprintf("threads more for each of %s blocked writers", units.Number(blocked)),
			e.grown("", stuck, base, reads("server_threads"), blocked), busyThreads).unless(fewThreads),
	)
	n := map[Answer]int{}
	for _, k := range c.Checks {
		n[k.Answer]++
	}
	if n[Yes] < len(c.Checks) && n[No] < len(c.Checks) {
		c.Answer = Open
	}
	return c
}

// regained is the share of what a figure lost from base to stuck that freed has
// again, in blocks that lost any.
func (e Evidence) regained(freed, stuck, base results.Cell, read reading) results.Estimate {
	of, back := e.byBlock(base, read), e.byBlock(freed, read)
	var shares []float64
	for block, lost := range e.byBlock(stuck, read) {
		free, measured := of[block]
		now, both := back[block]
		if measured && both && lost > free {
			shares = append(shares, (lost-now)/(lost-free))
		}
	}
	return estimated("", "share", stats.Median(shares))
}

// orAtLeast takes a bound for the figure where a trial has none because nothing of
// moved passed in it: who waits at the begin of a window waits all of it.
func (r reading) orAtLeast(bound float64, moved string) reading {
	return func(t results.Trial) (float64, bool) {
		v, ok := r(t)
		if n, known := t.Metrics[moved]; !ok && known && n == 0 {
			return bound, true
		}
		return v, ok
	}
}

// slowShare is the share of stopped readers that the plan has.
func slowShare(e Evidence) any {
	for _, c := range e.Plan.Cells {
		if s := c.Factors.Number("slow_share"); s > 0 {
			return s
		}
	}
	return 0.0
}

// windows are those of a plan's cells.
func windows(p plan.Plan) map[string]float64 {
	out := map[string]float64{}
	for _, c := range p.Cells {
		out[c.ID] = float64(c.Window)
	}
	return out
}

// beside tells what blocked writers cost.
func beside(stuck, base results.Cell) string {
	both := func(metric string) string {
		return fmt.Sprintf("%s instead of %s", middle(stuck, metric), middle(base, metric))
	}
	return fmt.Sprintf("with %s of %s readers stopped the server has %s, %s, uses %s of a core, and goroutines wait (p99) %s for a thread",
		units.Value("slow_share", stuck.Factors.Get("slow_share")), units.Value("connections", stuck.Factors.Get("connections")),
		both("server_goroutines"), both("server_threads"), both("server_cpu_share"), both("sched_latency_p99_seconds"))
}

// middle writes the median of a cell's metric.
func middle(c results.Cell, name string) string {
	m, ok := metric(c, name)
	if !ok {
		return "an unknown number of"
	}
	return figure(m.Median, m.Unit)
}
