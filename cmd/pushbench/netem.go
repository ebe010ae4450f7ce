package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	netemcommand "github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/netem/ns"
)

var netemCommand = command{
	name: "netem",
	args: "exec PROFILE -- COMMAND | verify PROFILE | profiles",
	summary: `Emulate networks: run any program behind one, measure one, list them. PROFILE is a name or a .yaml file.

  exec PROFILE [flags] -- COMMAND   run COMMAND at the client end of the network; 198.18.0.1
                                    is the far end. The exit status is COMMAND's, or 125 to
                                    127 where it could not be run, as of env(1).
  verify PROFILE [flags]            measure the link and hold it against what is asked for
  profiles                          list the profiles with their figures and sources`,
	example: `pushbench netem profiles
pushbench netem exec wpt-3g --forward 8080 -- curl http://198.18.0.1:8080/
pushbench netem exec satellite --forward 443:example.org:443 -- sh
pushbench netem exec my-link.yaml --server "iperf3 -s" -- iperf3 -c 198.18.0.1
pushbench netem verify continent --backend user`,
	flags: func(fs *pflag.FlagSet) {
		// What follows PROFILE may hold flags of COMMAND; the -- before it ends ours.
		fs.StringArray("forward", nil, "exec: PORT[:HOST:PORT], a port of the far end that leads to the host; may be repeated")
		fs.String("server", "", "exec: a shell command to run at the far end")
		fs.String("backend", "auto", "exec, verify: tc, user, or auto for what the machine has")
		fs.Bool("json", false, "verify, profiles: print JSON, and nothing else, on standard output")
	},
	run:     runNetem,
	misused: netemMisused,
}

// netemMisused is the status of bad usage: env(1)'s where COMMAND has its own.
func netemMisused(args []string) int {
	if len(args) > 0 && args[0] == "exec" {
		return netemcommand.StatusFailed
	}
	return exitUsage
}

// netemFlags lists the flags that each subcommand takes.
var netemFlags = map[string][]string{
	"exec": {"forward", "server", "backend"}, "verify": {"backend", "json"}, "profiles": {"json"},
}

func runNetem(ctx context.Context, inv *invocation) error {
	if len(inv.args) == 0 {
		return usageError("one of exec, verify and profiles is meant; `pushbench netem --help` shows examples")
	}
	sub, rest := inv.args[0], inv.args[1:]
	if err := inv.onlyFlags(sub); err != nil {
		return statusError{netemMisused(inv.args), err}
	}
	switch sub {
	case "exec":
		return netemExec(ctx, inv, rest)
	case "verify":
		return netemVerify(ctx, inv, rest)
	case "profiles":
		if len(rest) > 0 {
			return usageError("profiles takes no arguments; leave %q out", rest[0])
		}
		return netemProfiles(inv)
	}
	return usageError("no netem %q; there are exec, verify and profiles", sub)
}

// onlyFlags refuses flags that the subcommand would ignore.
func (inv *invocation) onlyFlags(sub string) (err error) {
	allowed, known := netemFlags[sub]
	inv.flags.Visit(func(f *pflag.Flag) {
		if known && !strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+f.Name+" ") {
			err = fmt.Errorf("netem %s has no flag --%s", sub, f.Name)
		}
	})
	return err
}

// withRights goes on with the rights that links need: here, or in the same
// command run again in a user namespace, whose status it then ends with.
func withRights(failed int, f func() error) error {
	status, done, err := ns.Enter()
	switch {
	case err != nil:
		return statusError{failed, err}
	case done && status != exitDone:
		return statusError{status, errSaid}
	case done:
		return nil
	}
	return f()
}

// oneProfile asks for the one argument.
func oneProfile(sub string, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("netem %s takes one PROFILE, a name from `pushbench netem profiles` or a .yaml file; there are %d arguments", sub, len(args))
	}
	return nil
}

var errNoCommand = errors.New("netem exec PROFILE -- COMMAND is meant: there is no COMMAND")
