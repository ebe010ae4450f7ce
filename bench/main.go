// Bench measures pushbench itself: how near the server comes to what a C program
// reaches on the same socket with the same bytes, what the generator can check,
// and whether memory grows with the length of a run. `make bench` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/host"
	"github.com/pushbench/pushbench/internal/runner"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A section is one part of the bench.
type section struct {
	name string
	doc  string
	run  func(*bench, context.Context) error
}

var sections = []section{
	{"limit", "goodput of the server as a share of the C program's", (*bench).limit},
	{"iperf3", "iperf3 -l, for reference", (*bench).iperf},
	{"generator", "what the generator parses and checks on one core", (*bench).generator},
	{"memory", "memory against the length of a run", (*bench).memory},
}

// A bench is what the sections share.
type bench struct {
	pushbench, limiter string // executables
	dir                string // where runs are stored
	blocks             int
	pins               runner.Pins
	out, progress      io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	b := &bench{pins: runner.ChoosePins(), out: stdout, progress: stderr}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.StringVar(&b.pushbench, "pushbench", ".build/pushbench", "the program to measure")
	fs.StringVar(&b.limiter, "limit", ".build/limit", "bench/limit, compiled")
	fs.IntVar(&b.blocks, "blocks", 15, "pairs of each comparison")
	fs.StringVar(&b.dir, "o", filepath.Join("results", "runs", "bench-"+time.Now().Format("20060102-150405")), "where every trial is stored")
	only := fs.String("only", "", "one section: limit, iperf3, generator or memory")
	if err := fs.Parse(args); err != nil {
		return err
	}
	h := host.Describe()
	fmt.Fprintf(b.out, "%s, %d cores, %s %s, %s; %s\n", h.CPU, h.Cores, h.OS, h.Kernel, h.Go, b.pins)
	found := false
	for _, s := range sections {
		if *only != "" && *only != s.name {
			continue
		}
		found = true
		fmt.Fprintf(b.out, "\n%s: %s\n", s.name, s.doc)
		if err := s.run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if !found {
		return fmt.Errorf("no section %q: there are limit, iperf3, generator and memory", *only)
	}
	return nil
}

// fail reports targets that were missed, all at once.
func fail(missed []string) error {
	if len(missed) == 0 {
		return nil
	}
	return fmt.Errorf("missed its target: %s", strings.Join(missed, "; "))
}
