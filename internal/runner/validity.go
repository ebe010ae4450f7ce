package runner

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// What makes a trial's figures worthless or bounds.
const (
	// latePacer is the lateness at the 99th percentile, writer idle, beyond
	// which latencies tell of the harness and not of the server.
	latePacer = 5 * time.Millisecond
	// suspendedFor is how long the machine may have been stopped in a trial.
	suspendedFor = 10 * time.Millisecond
	// readerLimited is the share of the window in which the reader's window may
	// hold the writer back before throughput is a lower bound.
	readerLimited = 0.1
)

// judge sets a trial's state from what both sides recorded.
func judge(t *results.Trial, c plan.Cell, o outcome, asleep time.Duration) {
	srv, gen := o.server, o.generator
	judgeLink(t, o.link)
	invalid := func(format string, args ...any) {
		t.State = results.Invalid
		t.Reasons = append(t.Reasons, fmt.Sprintf(format, args...))
	}
	// What the program did, unless the machine was to blame before.
	fault := func(format string, args ...any) {
		t.Fault = t.Fault || t.State != results.Invalid
		invalid(format, args...)
	}
	if asleep > suspendedFor {
		invalid("the machine was suspended for %v", asleep.Round(time.Millisecond))
	}
	shifted := func(side string, late int64) {
		if late > gen.Times.Stop-gen.Times.End { // the load had ended
			invalid("the machine was too busy: a window was shifted (%s)", side)
			t.Warnings = append(t.Warnings, fmt.Sprintf("the window of the %s was shifted by %v", side, time.Duration(late).Round(time.Millisecond)))
		}
	}
	if o.own != nil {
		shifted("server", lateness(o.own.Times, o.own.Begin.Time, o.own.End.Time))
	} else {
		shifted("server", lateness(srv.Times, srv.Begin.Time, srv.End.Time))
	}
	shifted("generator", lateness(gen.Times, gen.Begin.Time, gen.End.Time))
	judgeSlices(o, invalid)
	if late := t.Metrics["pacer_late_p99_seconds"]; late > latePacer.Seconds() {
		invalid("the pacer was late while the server was idle: p99 above %v", latePacer)
	}
	if o.own != nil {
		judgeOwn(t, o, fault)
	} else {
		judgeOurs(t, c, o, fault)
	}
	if t.State == results.Invalid || o.link.dead() {
		return
	}
	censored := func(reason string) {
		t.State = results.Censored
		t.Reasons = append(t.Reasons, reason)
	}
	if share := t.Metrics["rwnd_limited_share"]; !c.Timed() && share > readerLimited {
		censored("the reader limited the writer (rwnd_limited)")
	}
	if srv.Unsent+uint64(srv.Cut) > 0 && c.Factors.Number("slow_share") == 0 && gen.IdleClosed == 0 {
		censored("the server fell behind: messages were still unsent after the grace time")
	}
}

// judgeOurs holds what our own server and the reader saw.
func judgeOurs(t *results.Trial, c plan.Cell, o outcome, fault func(string, ...any)) {
	srv, gen := o.server, o.generator
	if unread(c) { // the server's word is all there is
		gen.Begin.Messages, gen.End.Messages = srv.Begin.Messages, srv.End.Messages
		o.generator.Received = wire.Counts{Messages: srv.Sent}
	}
	switch passed := srv.End.Messages > srv.Begin.Messages && gen.End.Messages > gen.Begin.Messages; {
	case passed, o.link.dead():
	case gen.Slow > 0:
		t.Warnings = append(t.Warnings, "no message passed within the window: readers that stopped held up all others")
	case gen.IdleClosed > 0:
		t.Warnings = append(t.Warnings, fmt.Sprintf("no message passed within the window: readers had given up %d connections as idle", gen.IdleClosed))
	default:
		fault("no message passed within the window")
	}
	integrity(t, o, fault)
}

// lateness is how far a window began or ended from its time, in ns.
func lateness(asked child.Go, begin, end int64) int64 {
	return max(begin-asked.Begin, end-asked.End, asked.End-end)
}

// integrity holds what arrived against what was sent. Connections that the
// server gave up, or their reader because nothing came (which the server sees as
// errors, if it writes again), and readers that were told to be slow, may miss
// messages.
func integrity(t *results.Trial, o outcome, fault func(string, ...any)) {
	srv, gen, got := o.server, o.generator, o.generator.Received
	if got.Corrupt > 0 || got.Reordered > 0 || got.Lost > srv.Dropped {
		fault("messages were lost, altered or out of order")
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d lost and %d dropped, %d altered, %d out of order", got.Lost, srv.Dropped, got.Corrupt, got.Reordered))
	}
	if o.link.dead() {
		return // connections that fail and streams without an end are what is looked for
	}
	excused := srv.Disconnected + srv.Cut + gen.Slow
	if srv.Failed > gen.Slow+gen.IdleClosed {
		fault("a connection failed (server)")
		t.Warnings = append(t.Warnings, "server: "+srv.Errors[0])
	}
	if gen.Failed > excused {
		fault("a connection failed (generator)")
		t.Warnings = append(t.Warnings, "generator: "+gen.Errors[0])
	}
	if excused+gen.IdleClosed == 0 && srv.Sent != got.Messages && t.State != results.Invalid {
		fault("messages are missing at the end of the stream")
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d messages were sent and %d arrived", srv.Sent, got.Messages))
	}
}
