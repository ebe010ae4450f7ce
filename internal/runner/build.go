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

// Build runs the build commands of the plan's servers, one after the other, but for
// those that every arm replaces. It calls note before each. An error holds the last lines of what the command
// said.
func Build(ctx context.Context, p plan.Plan, note func(string)) error {
	for _, name := range slices.Sorted(maps.Keys(p.Servers)) {
		kept := func(a plan.Arm) bool { _, ok := a.Servers[name]; return !ok }
		if len(p.Arms) > 0 && !slices.ContainsFunc(p.Arms, kept) {
			continue
		}
		if err := BuildServer(ctx, "server "+name, p.Servers[name], note); err != nil {
			return err
		}
	}
	return nil
}

// BuildArms does the same for the servers of the plan's arms.
func BuildArms(ctx context.Context, p plan.Plan, note func(string)) error {
	for _, a := range p.Arms {
		for _, name := range slices.Sorted(maps.Keys(a.Servers)) {
			if err := BuildServer(ctx, fmt.Sprintf("arm %s: server %s", a.Name, name), a.Servers[name], note); err != nil {
				return err
			}
		}
	}
	return nil
}

// BuildServer runs the build command of a server, if it has one; what names it.
func BuildServer(ctx context.Context, what string, s plan.Server, note func(string)) error {
	if len(s.Build) == 0 {
		return nil
	}
	note(fmt.Sprintf("%s: building: %s", what, plan.Quote(s.Build)))
	if err := build(ctx, s); err != nil {
		return fmt.Errorf("%s: %s: %w", what, plan.Quote(s.Build), err)
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
