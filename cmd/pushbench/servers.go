package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
)

// describeServers prints what a plan would run on this machine beside pushbench.
func describeServers(w io.Writer, p plan.Plan) {
	if len(p.Servers) == 0 {
		return
	}
	fmt.Fprintln(w, "It runs these commands, with your rights; {host} and {port} are picked for each trial:")
	for _, name := range slices.Sorted(maps.Keys(p.Servers)) {
		s := p.Servers[name]
		dir := ""
		if s.Dir != "" {
			dir = " in " + oneLine(plan.Quote([]string{s.Dir}))
		}
		fmt.Fprintf(w, "  server %s%s, read at %s\n", name, dir, oneLine(s.Target))
		if len(s.Build) > 0 {
			fmt.Fprintf(w, "    build: %s\n", commandLine(s, s.Build))
		}
		fmt.Fprintf(w, "    start: %s\n", commandLine(s, s.Command))
	}
}

// serverCommands are the commands of a plan, one a line.
func serverCommands(p plan.Plan) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(p.Servers)) {
		out = append(out, fmt.Sprintf("server %s runs for each trial: %s", name, commandLine(p.Servers[name], p.Servers[name].Command)))
	}
	return out
}

// commandLine writes a command with its environment as a shell would read it.
func commandLine(s plan.Server, words []string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		all = append(all, name+"="+plan.Quote([]string{s.Env[name]}))
	}
	return oneLine(strings.Join(append(all, plan.Quote(words)), " "))
}

// oneLine shows line ends and tabs of a command's words as what they are.
func oneLine(s string) string {
	return strings.NewReplacer("\n", `\u000a`, "\t", `\u0009`).Replace(s)
}
