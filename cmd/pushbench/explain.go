package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/model"
	"github.com/pushbench/pushbench/results/report"
	"github.com/pushbench/pushbench/results/stats"
)

var explainCommand = command{
	name: "explain",
	args: "DIR",
	summary: `Say what limits each cell of a stored run. A model of a few costs (a message, a write call, a byte, a wake-up, the link) predicts every cell; where it is far off, something happens that it does not know of.

It measures nothing. Constants are fitted to one half of the cells and tested on the other.`,
	example: `pushbench run model -o fit && pushbench explain fit
pushbench explain results/runs/reproduce-3.8x-20260102-150405`,
	flags: func(fs *pflag.FlagSet) {
		fs.Bool("json", false, "print the explanation as JSON, and nothing else, on standard output")
	},
	run: func(_ context.Context, inv *invocation) error {
		if len(inv.args) != 1 {
			return usageError("one run directory is meant; there are %d arguments", len(inv.args))
		}
		store, damage := results.Read(inv.args[0])
		if store == nil {
			return damage
		}
		for _, w := range store.Warnings {
			fmt.Fprintln(inv.stderr, w)
		}
		e, err := model.Explain(store.Manifest, store.Trials)
		if err != nil {
			return errors.Join(damage, err)
		}
		if asJSON, _ := inv.flags.GetBool("json"); asJSON {
			out := json.NewEncoder(inv.stdout)
			out.SetIndent("", "  ")
			return errors.Join(damage, out.Encode(e))
		}
		return errors.Join(damage, report.Explain(inv.stdout, stats.Summarize(store.Manifest, store.Trials), e))
	},
}
