package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	netemcommand "github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/server/probe"
)

// traceCommandLine runs a command and watches it. Its status becomes ours.
func traceCommandLine(ctx context.Context, inv *invocation, o probe.Options, command []string, every time.Duration, out traceWriter) error {
	p, refused := openChildren(o)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = inv.stdin, plain(inv.stdout), plain(inv.stderr)
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, handedOn...)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		if p != nil {
			err = errors.Join(err, p.Close())
		}
		return statusError{startStatus(err), err}
	}
	ended := make(chan struct{})
	var waited error
	go func() {
		waited = cmd.Wait()
		close(ended)
	}()
	if p == nil {
		// Samples can only be taken of a process that is there.
		o.PID, o.Mechanism = cmd.Process.Pid, "sampling"
		var err error
		if p, err = probe.Open(o); err != nil {
			for _, r := range append(refused, probe.Refusals(err)...) {
				fmt.Fprintf(inv.stderr, "pushbench trace: not by %s: %s\n", r.Mechanism, r.Reason)
			}
			fmt.Fprintln(inv.stderr, "pushbench trace: COMMAND runs unwatched")
			go handOn(signals, cmd.Process, ended)
			<-ended
			return commandStatus(cmd, waited)
		}
		p.Refused = refused
	}
	defer p.Close()
	go handOn(signals, cmd.Process, ended)
	what := fmt.Sprintf("process %d (%q)", cmd.Process.Pid, command[0])
	if err := follow(traced{probe: p, what: what, every: every, out: out}, nil, ended); err != nil {
		fmt.Fprintf(inv.stderr, "pushbench trace: COMMAND goes on unwatched: %v\n", err)
	}
	<-ended
	return commandStatus(cmd, waited)
}

// openChildren looks at what this process starts from now on; nil where no
// mechanism counts sends.
func openChildren(o probe.Options) (p *probe.Probe, refused []probe.Refusal) {
	o.PID, o.ChildrenOnly = os.Getpid(), true
	for _, name := range probe.Mechanisms() {
		if name == "sampling" || o.Mechanism != "" && o.Mechanism != name {
			continue
		}
		tried := o
		tried.Mechanism = name
		p, err := probe.Open(tried)
		if err == nil {
			p.Refused = refused
			return p, refused
		}
		refused = append(refused, probe.Refusals(err)...)
	}
	return nil, refused
}

// handOn passes signals to the command. The terminal has sent the interrupt to it
// as well.
func handOn(signals <-chan os.Signal, p *os.Process, ended <-chan struct{}) {
	for {
		select {
		case s := <-signals:
			if s != os.Interrupt && s != syscall.SIGQUIT {
				_ = p.Signal(s)
			}
		case <-ended:
			return
		}
	}
}

// startStatus is env(1)'s for a command that does not start.
func startStatus(err error) int {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return netemcommand.StatusNotFound
	}
	return netemcommand.StatusNotExec
}

// commandStatus ends with the command's own status.
func commandStatus(cmd *exec.Cmd, waited error) error {
	var exit *exec.ExitError
	if waited != nil && !errors.As(waited, &exit) {
		return waited
	}
	if status := exitStatus(cmd.ProcessState); status != exitDone {
		return statusError{status, errSaid}
	}
	return nil
}
