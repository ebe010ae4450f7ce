package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/plan"
	netemcommand "github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/server/probe"
)

var traceCommand = command{
	name: "trace",
	args: "--pid PID | -- COMMAND",
	summary: `Watch how any program sends on its TCP connections, in any language, from inside the kernel. Counts are exact; nothing is written for each call.

  --pid PID    a program that runs, until it ends or Ctrl-C; what it starts from then on is
               watched too. The figures go to standard output.
  -- COMMAND   a program from its first call on, with all that it starts. The figures go to
               standard error, and the exit status is COMMAND's, or 125 to 127 where it could
               not be run, as of env(1).`,
	example: `pushbench trace --pid 4711
pushbench trace -- curl -T big.iso http://198.51.100.7/
pushbench trace --json -o sends.jsonl -- ./server --listen :8080`,
	flags: func(fs *pflag.FlagSet) {
		fs.Int("pid", 0, "watch the program with this process `ID`")
		fs.Duration("interval", time.Second, "time between two looks")
		fs.Bool("json", false, "write one JSON object a line")
		fs.StringP("output", "o", "", "write the figures to this `FILE`")
		fs.Int("max-connections", 65536, "keep this many connections at once; sends on others are counted as lost")
		fs.String("mechanism", "", "look by tracepoints, tracepoint, fentry or sampling alone")
	},
	run:     runTrace,
	misused: func([]string) int { return netemcommand.StatusFailed },
}

func runTrace(ctx context.Context, inv *invocation) error {
	err := trace(ctx, inv)
	var s statusError
	if err != nil && !errors.As(err, &s) {
		return statusError{netemcommand.StatusFailed, err}
	}
	return err
}

func trace(ctx context.Context, inv *invocation) (err error) {
	pid, _ := inv.flags.GetInt("pid")
	command := inv.args
	if (pid != 0) == (len(command) > 0) {
		return errors.New("one program is meant: --pid PID, or -- COMMAND")
	}
	var o probe.Options
	o.MaxConns, _ = inv.flags.GetInt("max-connections")
	o.Mechanism, _ = inv.flags.GetString("mechanism")
	every, _ := inv.flags.GetDuration("interval")
	if every < 10*time.Millisecond || o.MaxConns < 1 {
		return errors.New("--interval is 10ms at least, --max-connections 1")
	}
	out, closeOut, err := traceOutput(inv, pid != 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeOut()) }()
	if pid != 0 {
		return tracePID(ctx, inv, o, pid, every, out)
	}
	return traceCommandLine(ctx, inv, o, command, every, out)
}

// traceOutput is where the figures go.
func traceOutput(inv *invocation, pid bool) (traceWriter, func() error, error) {
	json, _ := inv.flags.GetBool("json")
	nothing := func() error { return nil }
	if name, _ := inv.flags.GetString("output"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			return nil, nil, err
		}
		return newTraceWriter(f, json, false), f.Close, nil
	}
	w := inv.stderr
	if pid {
		w = inv.stdout
	}
	return newTraceWriter(plain(w), json, pid), nothing, nil
}

func newTraceWriter(w io.Writer, json, redraw bool) traceWriter {
	if json {
		return newTraceJSON(w)
	}
	return newTraceTable(w, redraw)
}

// tracePID watches a process until it ends, or somebody interrupts.
func tracePID(ctx context.Context, inv *invocation, o probe.Options, pid int, every time.Duration, out traceWriter) error {
	o.PID = pid
	p, err := probe.Open(o)
	if err != nil {
		return err
	}
	defer p.Close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := exited(ctx, pid)
	return follow(traced{probe: p, what: fmt.Sprintf("process %d (%q)", pid, processName(pid)), every: every, out: out}, ctx.Done(), ended)
}

// traced is a trace under way.
type traced struct {
	probe *probe.Probe
	what  string
	every time.Duration
	out   traceWriter
}

// follow writes what is seen until one of both ends.
func follow(t traced, interrupted <-chan struct{}, ended <-chan struct{}) error {
	begin := time.Now()
	tracker := probe.NewTracker(begin)
	if err := t.out.start(t, begin); err != nil {
		return err
	}
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	reason := ""
	for reason == "" {
		select {
		case <-tick.C:
		case <-interrupted:
			reason = "interrupted"
		case <-ended:
			reason = t.what + " ended"
		}
		r, err := t.probe.Read()
		if err != nil && reason == "" {
			return err
		}
		if err := t.out.rates(r, tracker.Next(r)); err != nil {
			return err
		}
		if reason != "" {
			sum, n := tracker.Total()
			return t.out.end(traceEnd{Reason: reason, Connections: n, Seconds: plan.Seconds(time.Since(begin).Seconds()), Total: sum, Lost: r.Lost})
		}
	}
	return nil
}
