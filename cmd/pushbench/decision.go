package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/chart"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/results/report"
)

// decisionFlags are those of every command that ends in a decision.
func decisionFlags(fs *pflag.FlagSet) {
	fs.Bool("json", false, "print the decision as JSON, and nothing else, on standard output")
	fs.String("inconclusive", "", "what an undecided comparison makes of the exit status: pass or fail (default: a status of its own, 3)")
	fs.String("junit", "", "write JUnit XML to this file")
	fs.String("markdown", "", "append a summary in Markdown to this file, such as $GITHUB_STEP_SUMMARY")
	fs.Bool("annotations", false, "print workflow commands (::error …) on standard error")
}

// checkDecisionFlags refuses values, and files that cannot be written, before
// anything is measured.
func checkDecisionFlags(inv *invocation) error {
	switch s, _ := inv.flags.GetString("inconclusive"); s {
	case "", "pass", "fail":
	default:
		return usageError("--inconclusive is pass or fail, not %q", s)
	}
	for _, flag := range []string{"junit", "markdown"} {
		if name, _ := inv.flags.GetString(flag); name != "" {
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
			if err != nil {
				return fmt.Errorf("--%s: %w", flag, err)
			}
			f.Close()
		}
	}
	return nil
}

// showDecision prints a decision and writes what the flags ask for; the pictures
// go to dir.
func showDecision(inv *invocation, dir string, m results.Manifest, d gate.Decision) error {
	choice, _ := inv.flags.GetString("inconclusive")
	d.Strict = choice == "fail"
	files, drawing := chart.DrawForest(dir, m, d)
	var errs []error
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		enc := json.NewEncoder(inv.stdout)
		enc.SetIndent("", "  ")
		errs = append(errs, enc.Encode(d))
	} else {
		errs = append(errs, report.Decision(inv.stdout, d))
		for _, f := range files {
			fmt.Fprintln(inv.stdout, filepath.Join(dir, f))
		}
	}
	if name, _ := inv.flags.GetString("junit"); name != "" {
		errs = append(errs, writeTo(name, os.O_TRUNC, d, report.JUnit))
	}
	if name, _ := inv.flags.GetString("markdown"); name != "" {
		errs = append(errs, writeTo(name, os.O_APPEND, d, report.Markdown))
	}
	if on, _ := inv.flags.GetBool("annotations"); on {
		errs = append(errs, report.Annotations(inv.stderr, d))
	}
	return errors.Join(append(errs, drawing)...)
}

func writeTo(name string, flag int, d gate.Decision, write func(io.Writer, gate.Decision) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(write(f, d), f.Close())
}

// statusOf is the exit status of a decision that was shown: 0, 1 or 3, or 4 where
// a metric was never measured.
func statusOf(inv *invocation, d interface{ ExitStatus() int }) error {
	status := d.ExitStatus()
	if choice, _ := inv.flags.GetString("inconclusive"); status == gate.ExitInconclusive {
		switch choice {
		case "pass":
			return nil
		case "fail":
			status = gate.ExitRegression
		}
	}
	if status == gate.ExitPass {
		return nil
	}
	return statusError{status, errSaid}
}
