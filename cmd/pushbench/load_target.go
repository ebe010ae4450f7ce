package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/loadgen/foreign"
	"github.com/pushbench/pushbench/loadgen/observe"
)

// A finding is what a run against a target found.
type finding struct {
	load     targetLoad
	rec      foreign.Record
	seen     observe.Result
	total    time.Duration // since the first connection was begun
	window   time.Duration // of it, after the ramp
	clocks   offset.Estimate
	warnings []string
}

// loadTarget reads from a server that is not of this run.
func loadTarget(ctx context.Context, inv *invocation) error {
	l, err := readTargetLoad(inv)
	if err != nil {
		return err
	}
	measure := func() error {
		f, err := l.measure(ctx, newProgress(inv.stderr).note)
		if err != nil {
			return err
		}
		return f.show(inv)
	}
	if l.network != nil {
		return withRights(exitFailed, measure)
	}
	return measure()
}

func (l targetLoad) measure(ctx context.Context, note func(string)) (f finding, err error) {
	where, err := l.openNetwork(l.Target.Addr, l.clock)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, where.Close()) }()
	// The first interrupt ends the measurement; after it the second has its usual
	// effect, as stop is called at once.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()

	start := clock.Now()
	l.observe.Begin = start + int64(l.Ramp)
	l.Observer = observe.New(l.Connections, l.observe)
	l.Dial = where.dial()
	follow, err := l.followClock(ctx)
	if err != nil {
		return f, err
	}
	note(fmt.Sprintf("reading from %s for %v, connections: %d; Ctrl-C ends early", l.Target.Name(), l.Ramp+l.duration, l.Connections))
	start = clock.Now()
	timed, cancel := context.WithTimeout(ctx, l.Ramp+l.duration)
	defer cancel()
	f = finding{load: l, rec: foreign.Run(timed, l.Config)}
	f.total = time.Duration(clock.Now() - start)
	f.window = max(0, f.total-l.Ramp)
	if f.clocks, err = follow(); err != nil {
		f.warnings = append(f.warnings, fmt.Sprintf("the clock exchange ended early, and the bound widened since: %v", err))
	}
	f.seen = l.Observer.Result()
	f.warnings = append(f.warnings, where.warnings()...)
	f.warnings = append(f.warnings, f.warn()...)
	if ctx.Err() != nil {
		f.warnings = append(f.warnings, fmt.Sprintf("ended early, after %v", f.total.Round(time.Millisecond)))
	}
	return f, nil
}

// clockWait is how long the first exchanges may take.
const clockWait = 15 * time.Second

// followClock begins to compare clocks, if asked to, and waits for the first
// estimate. What it returns ends it, and returns the last one.
func (l targetLoad) followClock(ctx context.Context) (end func() (offset.Estimate, error), err error) {
	if l.clock == "" {
		return func() (offset.Estimate, error) { return offset.Estimate{}, nil }, nil
	}
	dial := l.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	dialing, cancel := context.WithTimeout(ctx, clockWait)
	defer cancel()
	conn, err := dial(dialing, "tcp", l.clock)
	if err != nil {
		return nil, fmt.Errorf("--clock: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	first, ended := make(chan struct{}), make(chan error, 1)
	var last offset.Estimate
	go func() {
		c := offset.Client{Conn: conn, Kind: l.observe.Stamp.Clock}
		ended <- c.Follow(ctx, func(e offset.Estimate) {
			l.Observer.Clocks(e)
			if last.Samples == 0 {
				close(first)
			}
			last = e
		})
	}()
	select {
	case <-first:
		return func() (offset.Estimate, error) {
			stop()
			err := <-ended
			return last, err
		}, nil
	case err = <-ended:
	case <-dialing.Done():
		err = fmt.Errorf("no estimate within %v", clockWait)
	}
	stop()
	return nil, fmt.Errorf("--clock %s: %w", l.clock, err)
}
