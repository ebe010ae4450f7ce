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

// trialTime is how long the generator reads: longer than it is looked at.
const trialTime = 3500 * time.Millisecond

// beginTrial starts the generator of trials, as the runner does.
func beginTrial(transport string) func(programs, int, string) (*process, error) {
	return func(p programs, core int, addr string) (*process, error) {
		c, err := start("load --trial", core, exec.Command(p.pushbench, "load", "--trial"))
		if err != nil {
			return nil, err
		}
		if err := c.prepare(transport, addr); err != nil {
			c.end()
			return nil, err
		}
		return c, nil
	}
}

// prepare gives the generator its trial.
func (p *process) prepare(transport, addr string) error {
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
	return p.send(child.Go{Start: from, Begin: from, End: from + int64(trialTime), Stop: from + int64(trialTime)})
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
	if n := uint64(h.TotalCount()); n == 0 || n > r.Messages {
		return fmt.Errorf("load --trial: %d latencies of %d messages", n, r.Messages)
	}
	return nil
}
