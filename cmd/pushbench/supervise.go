package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
)

var superviseCommand = command{
	name:    "supervise",
	hidden:  true,
	summary: "Run a server of the user's for one trial. `pushbench run` starts it; configuration and times come as JSON lines on standard input.",
	example: "pushbench run own-server.yaml      # starts `pushbench supervise --trial` for each trial",
	flags: func(fs *pflag.FlagSet) {
		fs.Bool("trial", false, "speak the runner's protocol on standard input and output")
	},
	run: func(ctx context.Context, inv *invocation) error {
		if trial, _ := inv.flags.GetBool("trial"); !trial {
			return usageError("only --trial is there: the runner starts it")
		}
		var host atomic.Pointer[ownserver.Host]
		leave := func() {
			if h := host.Load(); h != nil {
				_ = h.Close() // there is nobody to tell
			}
			child.Exit()
		}
		// The server would outlast a process that simply died.
		terminated := make(chan os.Signal, 1)
		signal.Notify(terminated, syscall.SIGTERM)
		go func() {
			<-terminated
			leave()
		}()
		// Nor may it die of what it says to a parent that was killed: by default a write
		// to a broken standard output ends a program.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		return superviseTrial(ctx, child.Attach(inv.stdin, inv.stdout, leave), &host)
	},
}

// superviseTrial is the server's half of a trial where the server is the user's.
func superviseTrial(ctx context.Context, parent *child.Parent, host *atomic.Pointer[ownserver.Host]) (err error) {
	var cfg ownserver.Config
	if err := parent.Receive(&cfg); err != nil {
		return err
	}
	h, err := ownserver.New(cfg)
	if err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	host.Store(h)
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := h.Start(ctx); err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	if err := parent.Send(child.Ready{Addr: h.Target(), Turns: true}); err != nil {
		return err
	}
	times, err := begin(parent, h)
	if err != nil {
		return err
	}
	if err := parent.Send(h.Run(ctx, times)); err != nil {
		return err
	}
	// The readers go on a little longer; the parent is gone when they are done.
	_ = parent.Receive(nil)
	return nil
}

// begin waits for the times of the trial, or for the end of the server.
func begin(parent *child.Parent, h *ownserver.Host) (times child.Go, err error) {
	received := make(chan error, 1)
	go func() { received <- parent.Receive(&times) }()
	select {
	case err := <-received:
		return times, err
	case <-h.Ended():
		return child.Go{}, h.Why()
	}
}
