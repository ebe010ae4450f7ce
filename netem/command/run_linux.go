package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/ns"
)

// Run builds the link, runs the command behind it and returns its exit status.
// An error says why there is none; the status to end with is then StatusFailed.
// When ctx ends the command is killed.
func Run(ctx context.Context, s Spec) (int, error) {
	if !ready {
		return StatusFailed, errors.New("command.Run: the program must call command.Init first of all, its tests in TestMain")
	}
	link, err := netem.Open(s.Profile, s.Options)
	if err != nil {
		return StatusFailed, err
	}
	defer link.Close() // kills what still runs in it
	if s.Server != "" {
		s.Stderr = shared(s.Stderr)
		stop, err := startServer(ctx, link, s)
		if err != nil {
			return StatusFailed, err
		}
		defer stop()
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
// its end, or the time is up: not every server listens on TCP. stop kills it and
// all it started.
func startServer(ctx context.Context, link *netem.Link, s Spec) (stop func(), err error) {
	cmd := newInit("/bin/sh", "-c", s.Server)
	// Not the terminal's input: that is the command's.
	cmd.Stdout, cmd.Stderr = s.Stderr, s.Stderr
	if err := link.Server.Start(cmd); err != nil {
		return nil, fmt.Errorf("start the server in a PID namespace: %w", err)
	}
	ended := make(chan struct{})
	var waited error
	go func() {
		waited = cmd.Wait()
		close(ended)
	}()
	stop = func() {
		_ = cmd.Process.Kill()
		<-ended
	}
	ctx, cancel := context.WithTimeout(ctx, serverReady)
	defer cancel()
	for !listens(cmd.Process.Pid) {
		select {
		case <-ended:
			return nil, fmt.Errorf("the server ended before it listened: %w", cmp.Or(waited, errNoServer))
		case <-ctx.Done():
			return stop, nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return stop, nil
}

// errNoServer is a server that ended without an error.
var errNoServer = errors.New("exit status 0")

// shared makes a writer safe for the server and the command to use at once.
func shared(w io.Writer) io.Writer {
	if _, ok := w.(*os.File); ok || w == nil {
		return w
	}
	return &lockedWriter{w: w}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
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
