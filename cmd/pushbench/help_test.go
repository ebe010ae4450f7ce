package main

import (
	"bytes"
	"strings"
	"testing"
)

// invoke runs a command line in this process.
func invoke(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(""), &out, &err)
	return status, out.String(), err.String()
}

func TestHelpOfEveryCommand(t *testing.T) {
	_, overview, _ := invoke(t, "--help")
	for _, c := range commands() {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := invoke(t, c.name, "--help")
			if status != exitDone || errs != "" {
				t.Errorf("status %d, standard error %q", status, errs)
			}
			if !strings.HasPrefix(out, "Examples:\n  pushbench "+c.name) && !strings.HasPrefix(out, "Examples:\n  pushbench run ") {
				t.Errorf("no example comes first:\n%s", out)
			}
			if !strings.Contains(out, "Usage:\n  pushbench "+c.name) {
				t.Errorf("no usage line:\n%s", out)
			}
			if !strings.Contains(overview, "\n  "+c.name+" ") {
				t.Errorf("pushbench --help does not list it:\n%s", overview)
			}
		})
	}
}

func TestExamplesParse(t *testing.T) {
	for _, c := range commands() {
		for line := range strings.Lines(c.example) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
			words := strings.Fields(line)
			if len(words) < 2 || words[0] != "pushbench" {
				t.Errorf("%s: %q is not a command line", c.name, line)
				continue
			}
			// --help after the example's own flags: they are parsed, and nothing is run.
			if status, _, errs := invoke(t, append(words[1:], "--help")...); status != exitDone {
				t.Errorf("%s: %q: %s", c.name, line, errs)
			}
		}
	}
}
