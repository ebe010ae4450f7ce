package main

import (
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
)

// beginTrial starts the generator of trials, as the runner does.
func beginTrial(transport string) func(bench, string) (*process, error) {
	return func(b bench, addr string) (*process, error) {
		c, err := start("load --trial", b.pins.Generator, exec.Command(b.programs.pushbench, "load", "--trial"))
		if err != nil {
			return nil, err
		}
		if err := prepare(c, transport, addr, b.lasts()); err != nil {
			c.end()
			return nil, err
		}
		return c, nil
	}
}

// prepare gives the generator its trial.
func prepare(p *process, transport, addr string, lasts time.Duration) error {
	cfg := loadgen.Config{
		Target: addr, Factors: plan.Values{"transport": transport, "load": "rate", "message": float64(size)},
		Grace: plan.Seconds(answerTime.Seconds()), Endless: true, Timed: true,
	}
	var up child.Ready
	if err := p.ask(cfg, &up); err != nil {
		return err
	}
	if up.Error != "" {
		return errors.New("load --trial: " + up.Error)
	}
	from := clock.Now()
	return p.send(child.Go{Start: from, Begin: from, End: from + int64(lasts), Stop: from + int64(lasts)})
}

func leaveTrial(t *process, _ func() (uint64, error)) error {
	var rec loadgen.Record
	if err := t.receive(&rec); err != nil {
		return err
	}
	r := rec.Received
	if rec.Failed > 0 || r.Lost+r.Reordered+r.Corrupt > 0 || r.Messages == 0 {
		return fmt.Errorf("load --trial: %+v, %d connections failed: %q", r, rec.Failed, rec.Errors)
	}
	h, err := results.DecodeHistogram(rec.Latency)
	if err != nil {
		return fmt.Errorf("load --trial: latencies: %w", err)
	}
	if n := uint64(h.TotalCount()); 2*n < r.Messages || n > r.Messages {
		return fmt.Errorf("load --trial: %d latencies of %d messages", n, r.Messages)
	}
	return nil
}
