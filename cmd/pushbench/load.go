package main

import (
	"context"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/loadgen"
)

var loadCommand = command{
	name: "load",
	summary: `Read from any server and measure what arrives. Without a field in the messages: rate, gaps, stalls, reconnects, errors; with one, latency and loss.

  --target takes tcp://HOST:PORT, http://, https:// and h2c:// (event streams), ws:// and wss://
  --trial is how ` + "`pushbench run`" + ` starts it: configuration and times come on standard input`,
	example: `pushbench load --target http://127.0.0.1:8080/events --connections 100 --duration 30s
pushbench load --target wss://example.org/feed --header "Authorization: Bearer TOKEN" --timestamp json:meta.sent:unixms --sequence json:seq
pushbench load --target tcp://127.0.0.1:9000 --network wpt-3g --json
pushbench load --target ws://10.0.0.7:8080/ --timestamp pushbench --clock 10.0.0.7:8081`,
	flags: loadFlags,
	run: func(ctx context.Context, inv *invocation) error {
		if trial, _ := inv.flags.GetBool("trial"); !trial {
			return loadTarget(ctx, inv)
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
