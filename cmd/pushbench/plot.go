package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/results"
)

var plotCommand = command{
	name:    "plot",
	args:    "DIR",
	summary: "Draw the charts of a stored run again and print its table. It measures nothing.",
	example: "pushbench plot results/runs/reproduce-3.8x-20260102-150405",
	flags: func(fs *pflag.FlagSet) {
		fs.Bool("json", false, "print the summary, and nothing else, on standard output")
	},
	run: func(_ context.Context, inv *invocation) error {
		if len(inv.args) != 1 {
			return usageError("one run directory is meant; there are %d arguments", len(inv.args))
		}
		store, err := results.Read(inv.args[0])
		if store == nil {
			return err
		}
		for _, w := range store.Warnings {
			fmt.Fprintln(inv.stderr, w)
		}
		// What is intact is shown; that something is damaged still is an error.
		return errors.Join(err, finish(inv, store))
	},
}
