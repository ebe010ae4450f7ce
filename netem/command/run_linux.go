package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/ns"
)

// Run builds the link, runs the command behind it and returns its exit status.
// An error says why there is none; the status to end with is then StatusFailed.
// When ctx ends the command is killed.
func Run(ctx context.Context, s Spec) (int, error) {
	link, err := netem.Open(s.Profile, s.Options)
	if err != nil {
		return StatusFailed, err
	}
	defer link.Close() // kills what still runs in it
	if s.Server != "" {
		if err := startServer(ctx, link, s); err != nil {
			return StatusFailed, err
		}
	}
	for _, f := range s.Forwards {
		r, err := newRelay(link, f)
		if err != nil {
			return StatusFailed, err
		}
		defer r.close()
	}
	if err := link.Begin(); err != nil {
		return StatusFailed, err
	}
	return runCommand(ctx, link, s)
}

// runCommand runs the command and waits for it.
func runCommand(ctx context.Context, link *netem.Link, s Spec) (int, error) {
	cmd := newInit(s.Command...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.Stdin, s.Stdout, s.Stderr
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2)
	defer signal.Stop(signals)
	if err := link.Client.Start(cmd); err != nil {
		return StatusFailed, fmt.Errorf("start the command in a PID namespace: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return StatusFailed, err
			}
			return ns.ExitStatus(cmd.ProcessState), nil
		case s := <-signals:
			// The terminal has sent the first two to the command as well.
			if s != unix.SIGINT && s != unix.SIGQUIT {
				_ = cmd.Process.Signal(s)
			}
		case <-ctx.Done():
			_ = cmd.Process.Kill()
			<-ended
			return StatusFailed, ctx.Err()
		}
	}
}

// serverReady is how long a server may take until it listens.
const serverReady = 5 * time.Second

// startServer starts the server's command and waits until something listens at
// its end, or the time is up: not every server listens on TCP.
func startServer(ctx context.Context, link *netem.Link, s Spec) error {
	cmd := newInit("/bin/sh", "-c", s.Server)
	// Not the terminal's input: that is the command's.
	cmd.Stdout, cmd.Stderr = s.Stderr, s.Stderr
	if err := link.Server.Start(cmd); err != nil {
		return fmt.Errorf("start the server in a PID namespace: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ctx, cancel := context.WithTimeout(ctx, serverReady)
	defer cancel()
	for !listens(cmd.Process.Pid) {
		select {
		case err := <-ended:
			return fmt.Errorf("the server ended before it listened: %v", err)
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// listens tells whether any TCP socket listens in the process's network
// namespace.
func listens(pid int) bool {
	for _, table := range []string{"tcp", "tcp6"} {
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		for line := range strings.Lines(string(data)) {
			// number, local address, peer address, state: 0A is listening.
			if f := strings.Fields(line); len(f) > 3 && f[3] == "0A" {
				return true
			}
		}
	}
	return false
}
