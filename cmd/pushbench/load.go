package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/loadgen"
)

var loadCommand = command{
	name:    "load",
	summary: "Run the load generator for one trial. `pushbench run` starts it; configuration and times come as JSON lines on standard input.",
	example: "pushbench run smoke      # starts `pushbench load --trial` for each trial",
	flags: func(fs *pflag.FlagSet) {
		fs.Bool("trial", false, "speak the runner's protocol on standard input and output")
	},
	run: func(ctx context.Context, inv *invocation) error {
		if trial, _ := inv.flags.GetBool("trial"); !trial {
			return usageError("only --trial is there yet: the runner starts it")
		}
		return loadTrial(ctx, child.Attach(inv.stdin, inv.stdout, child.Exit))
	},
}

// loadTrial is the generator's half of a trial.
func loadTrial(ctx context.Context, parent *child.Parent) error {
	var cfg loadgen.Config
	if err := parent.Receive(&cfg); err != nil {
		return err
	}
	g, err := loadgen.New(ctx, cfg)
	if err != nil {
		return parent.Send(child.Ready{Error: err.Error()})
	}
	defer g.Close()
	if err := parent.Send(child.Ready{}); err != nil {
		return err
	}
	var times child.Go
	if err := parent.Receive(&times); err != nil {
		return err
	}
	rec, err := g.Run(ctx, times)
	if err != nil {
		return err
	}
	return parent.Send(rec)
}
