package main

import (
	"context"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/netem/profile"
)

// netemExec runs a command behind a profile. It ends with the command's status.
func netemExec(ctx context.Context, inv *invocation, args []string) error {
	fail := func(err error) error { return statusError{command.StatusFailed, err} }
	// Of what is left, PROFILE stands before the -- and COMMAND behind it.
	dash := inv.flags.ArgsLenAtDash()
	switch {
	case dash < 0 && len(args) > 1, dash == 2 && len(args) == 1:
		return fail(errNoCommand)
	case dash != 2:
		return fail(oneProfile("exec", args[:max(0, dash-1)]))
	}
	p, err := profile.Find(args[0])
	if err != nil {
		return fail(err)
	}
	s := command.Spec{Profile: p, Command: args[1:], Stdin: inv.stdin, Stdout: plain(inv.stdout), Stderr: plain(inv.stderr)}
	s.Options.Backend, _ = inv.flags.GetString("backend")
	s.Server, _ = inv.flags.GetString("server")
	forwards, _ := inv.flags.GetStringArray("forward")
	for _, text := range forwards {
		f, err := command.ParseForward(text)
		if err != nil {
			return fail(err)
		}
		s.Forwards = append(s.Forwards, f)
	}
	return withRights(command.StatusFailed, func() error {
		status, err := command.Run(ctx, s)
		switch {
		case err != nil:
			return statusError{status, err}
		case status != exitDone:
			return statusError{status, errSaid}
		}
		return nil
	})
}

// backendOf is the backend to use for a profile.
func backendOf(inv *invocation) netem.Options {
	backend, _ := inv.flags.GetString("backend")
	return netem.Options{Backend: backend}
}
