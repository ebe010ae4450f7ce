package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/internal/doctor"
	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/runner"
	"github.com/pushbench/pushbench/netem"
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

// A diagnosis is what doctor --json prints.
type diagnosis struct {
	Host   results.Host   `json:"host"`
	Checks []doctor.Check `json:"checks"`
}

func runDoctor(_ context.Context, inv *invocation) error {
	// As `run` does for networks: an ordinary user's rights come from a user
	// namespace, in which this command then runs again.
	status, done, rights := ns.Enter()
	switch {
	case done && status == exitDone:
		return nil
	case done:
		return statusError{status, errSaid}
	}
	h := host.Describe()
	if pins := runner.ChoosePins(); pins != runner.Unpinned {
		h.Pinning = pins.String()
	}
	checks := doctor.Examine(doctor.Facts{Pinning: h.Pinning, Networks: networks(rights)})
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		enc := json.NewEncoder(inv.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(diagnosis{h, checks})
	}
	fmt.Fprintf(inv.stdout, "%s, %d cores, %s/%s %s\n\n", h.CPU, h.Cores, h.OS, h.Arch, h.Kernel)
	return doctor.Write(inv.stdout, checks)
}

// networks tries what emulated networks stand on. What kept the rights for them
// from this process, if anything, explains more than their failures do.
func networks(rights error) (out []doctor.Feature) {
	for _, f := range netem.Probe() {
		if rights != nil {
			f.Reason = rights.Error()
		}
		out = append(out, doctor.Feature{Name: f.Name, Needed: f.Needed, Reason: f.Reason})
	}
	return out
}
