package main

import (
	"context"
	"fmt"

	"github.com/pushbench/pushbench/scenarios"
	"github.com/pushbench/pushbench/server/strategy"
)

var listCommand = command{
	name:    "list",
	summary: "List the built-in scenarios and the write strategies.",
	example: "pushbench list",
	run: func(_ context.Context, inv *invocation) error {
		fmt.Fprintln(inv.stdout, "Scenarios (pushbench run NAME):")
		for _, s := range scenarios.List() {
			fmt.Fprintf(inv.stdout, "  %-18s %s\n", s.Name, s.Title)
		}
		fmt.Fprintln(inv.stdout, "\nWrite strategies (strategy: in a scenario):")
		for _, s := range strategy.Table {
			fmt.Fprintf(inv.stdout, "  %-18s %s\n", s.Name, s.Doc)
		}
		return nil
	},
}
