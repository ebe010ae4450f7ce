package runner

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
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
func judge(t *results.Trial, c plan.Cell, srv server.Record, gen loadgen.Record, asleep time.Duration) {
	invalid := func(format string, args ...any) {
		t.State = results.Invalid
		t.Reasons = append(t.Reasons, fmt.Sprintf(format, args...))
	}
	if asleep > suspendedFor {
		invalid("the machine was suspended for %v", asleep.Round(time.Millisecond))
	}
	if late := t.Metrics["pacer_late_p99_seconds"]; late > latePacer.Seconds() {
		invalid("the pacer was late while the server was idle: p99 above %v", latePacer)
	}
	got := gen.Received
	if got.Corrupt > 0 || got.Reordered > 0 || got.Lost > 0 {
		invalid("messages were lost, altered or out of order")
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d lost, %d altered, %d out of order", got.Lost, got.Corrupt, got.Reordered))
	}
	if srv.End.Messages == srv.Begin.Messages || gen.End.Messages == gen.Begin.Messages {
		invalid("no message passed within the window")
	}
	for side, errs := range map[string][]string{"server": srv.Errors, "generator": gen.Errors} {
		if len(errs) > 0 {
			invalid("a connection failed (%s)", side)
			t.Warnings = append(t.Warnings, side+": "+errs[0])
		}
	}
	if t.State == results.Invalid {
		return
	}
	if srv.Sent != got.Messages {
		invalid("messages are missing at the end of the stream")
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d of %d messages did not arrive", srv.Sent-got.Messages, srv.Sent))
		return
	}
	if share, ok := t.Metrics["rwnd_limited_share"]; ok && !c.Timed() && share > readerLimited {
		t.State = results.Censored
		t.Reasons = append(t.Reasons, "the reader limited the writer (rwnd_limited)")
	}
}
