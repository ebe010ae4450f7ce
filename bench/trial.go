package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// The strategies of bench/limit, beside those of server/strategy.
const (
	cWrite  = "c-write"
	cWritev = "c-writev"
)

const congestion = "cubic"

// cell is one cell on loopback; suffix tells cells of equal factors apart.
func cell(factors plan.Values, warmup, window time.Duration, suffix string) plan.Cell {
	v := maps.Clone(factors)
	v["network"], v["congestion"] = "loopback", congestion
	return plan.Cell{ID: v.ID() + suffix, Factors: v, Warmup: plan.Seconds(warmup.Seconds()), Window: plan.Seconds(window.Seconds())}
}

// measure runs the cells in blocks and summarises what they gave. A block that
// is not valid fails the bench: its figures would say nothing.
func (b *bench) measure(ctx context.Context, name string, cells []plan.Cell, blocks int, compare ...plan.Compare) (s results.Summary, err error) {
	p := plan.Plan{
		Name: name, Title: name, Cells: cells, Seed: 1, Compare: compare,
		Measure: plan.Measure{MinBlocks: blocks, MaxBlocks: blocks},
	}
	store, err := results.Create(filepath.Join(b.dir, name), results.Manifest{Schema: results.Schema, Created: time.Now().UTC(), Plan: p})
	if err != nil {
		return s, err
	}
	defer store.Close()
	commands := commands{bench: b}
	defer commands.remove()
	r := runner.Runner{
		Run: store, Pins: b.pins, Command: commands.start, Now: time.Now,
		Progress: func(e runner.Event) {
			if e.Note != "" {
				fmt.Fprintln(b.progress, e.Note)
			}
		},
	}
	if err := r.Execute(ctx, ctx); err != nil {
		return s, err
	}
	if commands.err != nil {
		return s, commands.err
	}
	s = stats.Summarize(store.Manifest, store.Trials)
	for _, c := range s.Cells {
		if c.Invalid > 0 {
			return s, fmt.Errorf("%s: %d of %d trials are not valid: %v", c.ID, c.Invalid, blocks, slices.Collect(maps.Keys(c.Reasons)))
		}
	}
	return s, store.WriteSummary(s)
}

// commands starts the children of trials: pushbench, or bench/limit as the
// server of its cells. It makes the file of frames which that one writes.
type commands struct {
	*bench
	files []string
	err   error
}

func (c *commands) start(role string, of plan.Cell) *exec.Cmd {
	mode := map[string]string{cWrite: "write", cWritev: "writev"}[of.Factors.Text("strategy")]
	if role != "serve" || mode == "" {
		return exec.Command(c.pushbench, role, "--trial")
	}
	size := of.Factors.Int("message")
	frame := wire.PrefixSize + size
	call := 1
	if mode == "writev" {
		call = perCall(of.Factors.Int("buffer"), frame)
	}
	file, err := frames(size, call)
	if err != nil {
		c.err = err
	}
	c.files = append(c.files, file)
	args := []string{mode, file, fmt.Sprint(frame), fmt.Sprint(call), congestion}
	if of.Timed() {
		args = append(args, "stamp")
	}
	return exec.Command(c.limiter, args...)
}

func (c *commands) remove() {
	for _, f := range c.files {
		os.Remove(f)
	}
}

// perCall is how many messages the server's writev gathers: as many as fit the
// buffer, at least one and at most IOV_MAX.
func perCall(buffer, frame int) int { return min(max(1, buffer/frame), 1024) }

// frames writes the frames of wire.Ring to a file.
func frames(size, call int) (string, error) {
	f, err := os.CreateTemp("", "pushbench-frames-")
	if err != nil {
		return "", err
	}
	pads := wire.PadsFor(size)
	n := pads.Slots()
	for n < 2*call {
		n *= 2
	}
	var all []byte
	for i := range n {
		all = pads.Append(all, uint64(i), 0)
	}
	_, err = f.Write(all)
	if e := f.Close(); err == nil {
		err = e
	}
	return f.Name(), err
}
