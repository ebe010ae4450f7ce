package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/runner"
)

// programs are the executables, and what k6 runs.
type programs struct{ self, pushbench, k6, script string }

// A bench measures every client in every round, in random order. Of its pins the
// firehose has the server's core and the client the generator's.
type bench struct {
	programs       programs
	pins           runner.Pins
	rounds         int
	seed           uint64
	warmup, window time.Duration
	only           []string // names of clients; none are all
	out, progress  io.Writer
}

func (b bench) run(ctx context.Context) error {
	h := host.Describe()
	fmt.Fprintf(b.out, "%s, %d cores, %s %s, %s; %s; %d rounds, seed %d\n\n",
		h.CPU, h.Cores, h.OS, h.Kernel, h.Go, b.pins, b.rounds, b.seed)
	samples := make([][]sample, len(clients))
	order := rand.New(rand.NewPCG(b.seed, 0)) //nolint:gosec // it must be the same again
	for round := range b.rounds {
		for _, i := range order.Perm(len(clients)) {
			c := clients[i]
			if len(b.only) > 0 && !slices.Contains(b.only, c.name) {
				continue
			}
			s, err := b.measure(ctx, c)
			if err != nil {
				return fmt.Errorf("round %d, %v: %w", round+1, c, err)
			}
			samples[i] = append(samples[i], s)
			fmt.Fprintf(b.progress, "round %d of %d: %v: %.2f million messages/s, %.2f million per CPU second\n",
				round+1, b.rounds, c, s.perWall/1e6, s.perCPU/1e6)
		}
	}
	return show(b.out, samples)
}

// measure lets one client read from a fresh firehose.
func (b bench) measure(ctx context.Context, c client) (s sample, err error) {
	hose, err := start("firehose", b.pins.Server, exec.Command(b.programs.self, "firehose"))
	if err != nil {
		return s, err
	}
	defer hose.end()
	defer context.AfterFunc(ctx, hose.end)()
	var up child.Ready
	if err := hose.receive(&up); err != nil {
		return s, err
	}
	p, err := c.begin(b, up.Addr)
	if err != nil {
		return s, err
	}
	defer p.end()
	defer context.AfterFunc(ctx, p.end)()
	if s, err = b.look(hose, p.pid()); err != nil {
		return s, err
	}
	return s, c.leave(p, func() (uint64, error) {
		var m mark
		err := hose.ask(order{Stop: true}, &m)
		return m.Messages, err
	})
}

// look takes a mark at the beginning of the window and one at its end.
func (b bench) look(hose *process, pid int) (sample, error) {
	var began, from, to mark
	if err := hose.ask(order{Await: true}, &began); err != nil {
		return sample{}, err
	}
	time.Sleep(b.warmup)
	if err := hose.ask(order{PID: pid}, &from); err != nil {
		return sample{}, err
	}
	time.Sleep(b.window)
	if err := hose.ask(order{PID: pid}, &to); err != nil {
		return sample{}, err
	}
	return between(from, to)
}

// lasts is how long a client reads that must know it beforehand: beyond the window.
func (b bench) lasts() time.Duration { return b.warmup + b.window + 500*time.Millisecond }
