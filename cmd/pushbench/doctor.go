package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/doctor"
	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/netem/ns"
	"github.com/pushbench/pushbench/results"
)

var doctorCommand = command{
	name:    "doctor",
	summary: "Say what this machine can and cannot measure, and what would help. It changes nothing, needs no rights, and takes about a fifth of a second.",
	example: "pushbench doctor\npushbench doctor --json",
	flags: func(fs *pflag.FlagSet) {
		fs.Bool("json", false, "print the report as JSON, and nothing else, on standard output")
	},
	run: runDoctor,
}

func tryNamespace() error {
	n, err := ns.New()
	if err != nil {
		return err
	}
	return n.Close()
}

// A diagnosis is what doctor --json prints.
type diagnosis struct {
	Host   results.Host   `json:"host"`
	Checks []doctor.Check `json:"checks"`
}

func runDoctor(_ context.Context, inv *invocation) error {
	// As `run` does for networks: an ordinary user's rights come from a user
	// namespace, in which this command then runs again.
	status, done, rights := ns.Enter()
	if done && rights == nil {
		if status != exitDone {
			return statusError{status, errSaid}
		}
		return nil
	}
	if rights == nil {
		rights = tryNamespace()
	}
	facts := doctor.Facts{Rights: rights, User: os.Geteuid() != 0, Veth: tryVeth, TUN: tryTUN, Netem: tryNetem}
	h := host.Describe()
	if pins := runner.ChoosePins(); pins != runner.Unpinned {
		facts.Pinning = pins.String()
		h.Pinning = facts.Pinning
	}
	checks := doctor.Examine(facts)
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		enc := json.NewEncoder(inv.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(diagnosis{h, checks})
	}
	fmt.Fprintf(inv.stdout, "%s, %d cores, %s/%s %s\n\n", h.CPU, h.Cores, h.OS, h.Arch, h.Kernel)
	return doctor.Write(inv.stdout, checks)
}
