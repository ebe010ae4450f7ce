// Peers compares pushbench's clients with those that others use for the same: how
// many messages of the same stream each takes for a second of its CPU.
// `make bench-peers` runs it. It needs Linux.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/runner"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// roles are the child processes that are this program too.
var roles = map[string]func(args []string, stdin io.Reader, stdout io.Writer) error{
	"firehose": serveFirehose,
	"gorilla":  countWebSocket,
	"go-sse":   countEvents,
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 && roles[args[0]] != nil {
		return roles[args[0]](args[1:], stdin, stdout)
	}
	b := bench{pins: runner.ChoosePins(), out: stdout, progress: stderr}
	fs := flag.NewFlagSet("peers", flag.ContinueOnError)
	fs.StringVar(&b.programs.pushbench, "pushbench", ".build/pushbench", "the program to compare")
	fs.StringVar(&b.programs.k6, "k6", ".build/k6", "k6, built from bench/peers/k6/go.mod")
	fs.StringVar(&b.programs.script, "script", "bench/peers/k6.js", "what k6 runs")
	fs.IntVar(&b.rounds, "rounds", 6, "how often each client is measured; fewer than 6 give no interval")
	fs.Uint64Var(&b.seed, "seed", 1, "of the order in each round")
	fs.DurationVar(&b.warmup, "warmup", time.Second, "from the beginning of a stream until it is measured")
	fs.DurationVar(&b.window, "window", 2*time.Second, "how long it is measured")
	only := fs.String("only", "", "names of clients, separated by commas")
	if err := fs.Parse(args); err != nil {
		return err
	}
	for name := range strings.SplitSeq(*only, ",") {
		switch {
		case slices.ContainsFunc(clients, func(c client) bool { return c.name == name }):
			b.only = append(b.only, name)
		case *only != "":
			return fmt.Errorf("-only %q: there is no such client", name)
		}
	}
	var err error
	if b.programs.self, err = os.Executable(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return b.run(ctx)
}
