package runner

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
)

// Build runs the build commands of the plan's servers, one after the other. It
// calls note before each. An error holds the last lines of what the command
// said.
func Build(ctx context.Context, p plan.Plan, note func(string)) error {
	for _, name := range slices.Sorted(maps.Keys(p.Servers)) {
		s := p.Servers[name]
		if len(s.Build) == 0 {
			continue
		}
		note(fmt.Sprintf("server %s: building: %s", name, plan.Quote(s.Build)))
		if err := build(ctx, s); err != nil {
			return fmt.Errorf("server %s: %s: %w", name, plan.Quote(s.Build), err)
		}
	}
	return nil
}

func build(ctx context.Context, s plan.Server) error {
	cmd := exec.CommandContext(ctx, s.Build[0], s.Build[1:]...)
	cmd.Dir, cmd.Env = s.Dir, os.Environ()
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	isolate(cmd)
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	cmd.WaitDelay = time.Second // children of it may hold its output
	out := &tail{}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	if err == nil {
		return nil
	}
	if said := ownserver.LastLines(bytes.TrimSpace(out.buf.Bytes())); said != "" {
		return fmt.Errorf("%w%s%s", err, ownserver.Said, said)
	}
	return err
}
