package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/verify"
)

// netemVerify measures a link now, whatever was measured before. One that is off
// is status 4.
func netemVerify(ctx context.Context, inv *invocation, args []string) error {
	if err := oneProfile("verify", args); err != nil {
		return statusError{exitUsage, err}
	}
	p, err := profile.Find(args[0])
	if err != nil {
		return statusError{exitUsage, err}
	}
	backend, _ := inv.flags.GetString("backend")
	options := netem.Options{Backend: backend}
	if _, err := options.Choose(p); err != nil && !errors.Is(err, netem.ErrNotSupported) {
		return statusError{exitUsage, err}
	}
	return withRights(exitFailed, func() error {
		r, err := verify.Profile(ctx, p, options)
		if err != nil {
			return err
		}
		if asJSON, _ := inv.flags.GetBool("json"); asJSON {
			enc := json.NewEncoder(inv.stdout)
			enc.SetIndent("", "  ")
			err = enc.Encode(r)
		} else {
			err = writeChecks(inv.stdout, r)
		}
		return errors.Join(err, r.Err())
	})
}

func writeChecks(w io.Writer, r *verify.Result) error {
	fmt.Fprintf(w, "%s by backend %s, %s\n\n", r.Profile, r.Backend, r.Kernel)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  figure\tasked\tmeasured\ttolerance\t")
	for _, c := range r.Checks {
		verdict := "ok"
		if !c.OK {
			verdict = "OFF"
		}
		write := figure(c.Name)
		fmt.Fprintf(t, "  %s\t%s\t%s\t± %s\t%s\n", checkTitle(c.Name), write(c.Asked), write(c.Measured), write(c.Tolerance), verdict)
	}
	return t.Flush()
}

// checkTitle words the name of a figure.
func checkTitle(name string) string {
	name, up := strings.CutPrefix(name, "up_")
	for _, unit := range []string{"_bytes_per_second", "_seconds", "_bytes"} {
		name = strings.TrimSuffix(name, unit)
	}
	name = strings.ReplaceAll(strings.ReplaceAll(name, "_", " "), "rtt", "RTT")
	switch {
	case strings.HasPrefix(name, "RTT"):
		return name
	case up:
		return name + ", up"
	}
	return name + ", down"
}

// figure writes a figure by the unit in its name.
func figure(name string) func(float64) string {
	switch {
	case strings.HasSuffix(name, "_bytes_per_second"):
		return units.Rate
	case strings.HasSuffix(name, "_seconds"):
		return units.Duration
	case strings.HasSuffix(name, "_bytes"):
		return units.Size
	}
	return func(share float64) string { return units.Number(100*share) + " %" }
}
