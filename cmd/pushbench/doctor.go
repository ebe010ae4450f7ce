package main

import (
	"context"
	"fmt"

	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/runner"
)

var doctorCommand = command{
	name:    "doctor",
	summary: "Say what this machine can and cannot measure, and what would help.",
	example: "pushbench doctor",
	run: func(_ context.Context, inv *invocation) error {
		h := host.Describe()
		fmt.Fprintln(inv.stdout, h.CPU, h.Cores, h.Kernel, runner.ChoosePins())
		return nil
	},
}
