package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitDone         = 0 // whatever was found
	exitRegression   = 1
	exitUsage        = 2 // bad usage or bad scenario
	exitInconclusive = 3
	exitFailed       = 4 // could not run, or not to the end
)

// A command is one subcommand.
type command struct {
	name    string
	args    string // what follows the flags, for the usage line
	summary string
	example string // shown first in its help
	hidden  bool   // from help: only pushbench starts it
	run     func(context.Context, *invocation) error
	flags   func(*pflag.FlagSet)
	// misused is the exit status of flags that cannot be parsed; nil is exitUsage.
	misused func(args []string) int
}

// An invocation is a command with what it was given.
type invocation struct {
	flags  *pflag.FlagSet
	args   []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// commands lists every subcommand in the order help shows them.
func commands() []command {
	return []command{runCommand, claimsCommand, gateCommand, compareCommand, plotCommand, explainCommand, netemCommand, listCommand, doctorCommand, serveCommand, superviseCommand, loadCommand, traceCommand, profileCommand, studyCommand, burstsCommand, versionCommand}
}

// A statusError carries the exit status of a failure.
type statusError struct {
	status int
	err    error
}

func (e statusError) Error() string { return e.err.Error() }
func (e statusError) Unwrap() error { return e.err }

// errSaid ends a command whose reason has been printed already.
var errSaid = errors.New("already said")

func usageError(format string, args ...any) error {
	return statusError{exitUsage, fmt.Errorf(format, args...)}
}

// run runs a command line and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		help(stderr)
		return exitUsage
	}
	switch args[0] {
	case "-h", "--help", "help":
		help(stdout)
		return exitDone
	case "--version":
		args = []string{"version"}
	}
	// Names and titles come from files that others may have written.
	stdout, stderr = clean{stdout}, clean{stderr}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.invoke(ctx, args[1:], stdin, stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "pushbench: no command %q; `pushbench --help` lists what there is\n", args[0])
	return exitUsage
}

func (c command) invoke(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	if c.flags != nil {
		c.flags(fs)
	}
	err := fs.Parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		c.help(stdout, fs)
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(stderr, "pushbench %s: %v; `pushbench %s --help` shows its flags\n", c.name, err, c.name)
		if c.misused != nil {
			return c.misused(args)
		}
		return exitUsage
	}
	if c.args == "" && fs.NArg() > 0 {
		fmt.Fprintf(stderr, "pushbench %s: it takes no arguments; leave %q out\n", c.name, fs.Arg(0))
		return exitUsage
	}
	err = c.run(ctx, &invocation{flags: fs, args: fs.Args(), stdin: stdin, stdout: stdout, stderr: stderr})
	if err == nil {
		return exitDone
	}
	rest := unsaid(err)
	if rest != nil {
		fmt.Fprintf(stderr, "pushbench %s: %v\n", c.name, rest)
	}
	return statusOfError(err, rest)
}

// statusOfError is the exit status of an error, of which rest was not said before:
// what failed after a decision hides no regression, but all else that was decided.
func statusOfError(err, rest error) int {
	var s statusError
	if !errors.As(err, &s) || s.status == exitInconclusive && rest != nil {
		return exitFailed
	}
	return s.status
}

// unsaid is the part of an error that was not printed yet.
func unsaid(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var rest []error
		for _, e := range joined.Unwrap() {
			rest = append(rest, unsaid(e))
		}
		return errors.Join(rest...)
	}
	if errors.Is(err, errSaid) {
		return nil
	}
	return err
}

func (c command) help(w io.Writer, fs *pflag.FlagSet) {
	fmt.Fprintf(w, "Examples:\n%s\n\n", indent(c.example))
	fmt.Fprintf(w, "%s\n\nUsage:\n", c.summary)
	fmt.Fprintln(w, indent(strings.TrimRight("pushbench "+c.name+" [flags] "+c.args, " ")))
	if usage := fs.FlagUsages(); usage != "" {
		fmt.Fprintf(w, "\nFlags:\n%s", usage)
	}
}

func help(w io.Writer) {
	fmt.Fprint(w, `pushbench measures how a program should write its stream to its sockets.

Examples:
  pushbench run reproduce-3.8x       is bufio 3.8 times faster here, and where?
  pushbench run my-scenario.yaml     your own matrix
  pushbench claims --quick           settle what is said about writing streams
  pushbench plot results/runs/DIR    draw a stored run again

Commands:
`)
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		fmt.Fprintf(w, "  %-8s  %s\n", c.name, firstSentence(c.summary))
	}
	fmt.Fprint(w, `
`+"`pushbench COMMAND --help`"+` shows a command's flags and examples.

Exit status: 0 done, whatever was found; 1 a regression; 2 bad usage or a bad
scenario; 3 inconclusive; 4 could not run, or not to the end.
`)
}

func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ")
}
