package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
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
			if strings.Contains(overview, "\n  "+c.name+" ") == c.hidden {
				t.Errorf("hidden is %v, and pushbench --help says:\n%s", c.hidden, overview)
			}
		})
	}
}

// word is one of a command line, quotes and all.
var word = regexp.MustCompile(`"[^"]*"|\S+`)

// The examples name commands and flags that there are. They are not run.
func TestExamplesParse(t *testing.T) {
	for _, c := range commands() {
		for line := range strings.Lines(c.example) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
			words := word.FindAllString(line, -1)
			if len(words) < 2 || words[0] != "pushbench" {
				t.Errorf("%s: %q is not a command line", c.name, line)
				continue
			}
			i := slices.IndexFunc(commands(), func(c command) bool { return c.name == words[1] })
			if i < 0 {
				t.Errorf("%s: there is no command %q", c.name, words[1])
				continue
			}
			fs := pflag.NewFlagSet(words[1], pflag.ContinueOnError)
			if flags := commands()[i].flags; flags != nil {
				flags(fs)
			}
			if err := fs.Parse(words[2:]); err != nil {
				t.Errorf("%s: %q: %v", c.name, line, err)
			}
		}
	}
}
