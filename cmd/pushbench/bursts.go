package main

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"

	"github.com/pushbench/pushbench/internal/affinity"
	"github.com/pushbench/pushbench/internal/runner"
)

var burstsCommand = command{
	name:    "bursts",
	hidden:  true,
	summary: "Keep a core busy in random bursts until standard input ends. `pushbench study --busy` starts it.",
	example: "pushbench bursts",
	run: func(_ context.Context, inv *invocation) error {
		over := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, inv.stdin)
			close(over)
		}()
		bursts(over, rand.New(rand.NewPCG(1, 2)))
		return nil
	},
}

// Mean lengths of bursts and of the rest between them.
const (
	burstTime = 60 * time.Millisecond
	restTime  = 140 * time.Millisecond
)

// bursts works and rests for times that are distributed exponentially.
func bursts(over <-chan struct{}, rng *rand.Rand) {
	for {
		for until := time.Now().Add(drawn(rng, burstTime)); time.Now().Before(until); {
			continue
		}
		select {
		case <-over:
			return
		case <-time.After(drawn(rng, restTime)):
		}
	}
}

func drawn(rng *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(rng.ExpFloat64() * float64(mean))
}

// startBursts keeps the generator's core busy until stop is called, or this
// process ends.
func startBursts() (stop func(), err error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe, "bursts")
	cmd.Args[0] = os.Args[0]
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := affinity.On(runner.ChoosePins().Generator, cmd.Start); err != nil {
		return nil, err
	}
	return func() {
		in.Close()
		_ = cmd.Process.Kill() // it may be in a burst
		_ = cmd.Wait()         // its status says only that
	}, nil
}
