package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/server"
)

var serveCommand = command{
	name:    "serve",
	summary: "Run the server under test for one trial. `pushbench run` starts it; configuration and times come as JSON lines on standard input.",
	example: "pushbench run smoke      # starts `pushbench serve --trial` for each trial",
	flags: func(fs *pflag.FlagSet) {
		fs.Bool("trial", false, "speak the runner's protocol on standard input and output")
	},
	run: func(ctx context.Context, inv *invocation) error {
		if trial, _ := inv.flags.GetBool("trial"); !trial {
			return usageError("only --trial is there yet: the runner starts it")
		}
		return serveTrial(ctx, child.Attach(inv.stdin, inv.stdout, child.Exit))
	},
}

// serveTrial is the server's half of a trial.
func serveTrial(ctx context.Context, parent *child.Parent) error {
	var cfg server.Config
	if err := parent.Receive(&cfg); err != nil {
		return err
	}
	s, err := server.New(cfg)
	if err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	defer s.Close()
	if err := parent.Send(child.Ready{Addr: s.Addr(), Certificate: s.Certificate()}); err != nil {
		return err
	}
	if err := s.Accept(); err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	if err := parent.Send(child.Ready{}); err != nil {
		return err
	}
	var times child.Go
	if err := parent.Receive(&times); err != nil {
		return err
	}
	rec, err := s.Run(ctx, times)
	if err != nil {
		return err
	}
	return parent.Send(rec)
}
