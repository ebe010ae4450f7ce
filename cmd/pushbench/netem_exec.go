package main

import (
	"context"
	"io"

	netemcommand "github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/netem/profile"
)

// netemExec runs a command behind a profile. It ends with the command's status.
func netemExec(ctx context.Context, inv *invocation, args []string) error {
	fail := func(err error) error { return statusError{netemcommand.StatusFailed, err} }
	// exec PROFILE stands before the --, COMMAND behind it.
	before := inv.flags.ArgsLenAtDash()
	switch {
	case len(args) > 0 && (before < 0 || before == 2 && len(args) == 1):
		return fail(errNoCommand)
	case before != 2:
		return fail(oneProfile("exec", args[:max(0, before-1)]))
	}
	p, err := profile.Find(args[0])
	if err != nil {
		return fail(err)
	}
	s := netemcommand.Spec{Profile: p, Command: args[1:], Stdin: inv.stdin, Stdout: plain(inv.stdout), Stderr: plain(inv.stderr)}
	s.Options.Backend, _ = inv.flags.GetString("backend")
	s.Server, _ = inv.flags.GetString("server")
	forwards, _ := inv.flags.GetStringArray("forward")
	for _, text := range forwards {
		f, err := netemcommand.ParseForward(text)
		if err != nil {
			return fail(err)
		}
		s.Forwards = append(s.Forwards, f)
	}
	return withRights(netemcommand.StatusFailed, func() error {
		status, err := netemcommand.Run(ctx, s)
		switch {
		case err != nil:
			return statusError{status, err}
		case status != exitDone:
			return statusError{status, errSaid}
		}
		return nil
	})
}

// plain undoes clean: what COMMAND writes is its own affair, and it may want the
// terminal itself.
func plain(w io.Writer) io.Writer {
	if c, ok := w.(clean); ok {
		return c.Writer
	}
	return w
}
