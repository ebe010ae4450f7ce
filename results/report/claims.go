package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/verdict"
)

// Claims writes what came of each claim: a table, then what was claimed, what was
// measured and why, claim by claim.
func Claims(w io.Writer, s results.ClaimSet) error {
	b := bufio.NewWriter(w)
	id, got, measured := column{head: "claim", text: true}, column{head: "verdict", text: true}, column{head: "measured", text: true}
	for _, v := range s.Claims {
		id.add(v.Claim, "")
		got.add(v.Verdict, "")
		measured.add(headline(v), "")
	}
	write(b, []column{id, got, measured})
	for _, v := range s.Claims {
		fmt.Fprintf(b, "\n%s: %s\n", v.Claim, v.Verdict)
		if c, ok := verdict.Named(v.Claim); ok {
			fmt.Fprintf(b, "  claimed: %s\n", c.Says)
		}
		fmt.Fprintf(b, "  %s\n", v.Text)
		for _, line := range v.When {
			fmt.Fprintf(b, "    %s\n", line)
		}
		if v.Cause != "" {
			fmt.Fprintf(b, "  why: %s\n", v.Cause)
		}
	}
	fmt.Fprintf(b, "\n%s\n", tally(s))
	return b.Flush()
}

// headline words the figure of a verdict that weighs most.
func headline(v results.Verdict) string {
	if v.Interval == nil {
		return "–"
	}
	return v.Interval.What + ": " + verdict.Words(*v.Interval)
}

// tally counts the verdicts.
func tally(s results.ClaimSet) string {
	n := map[string]int{}
	for _, v := range s.Claims {
		n[v.Verdict]++
	}
	var parts []string
	for _, v := range []string{verdict.Holds, verdict.HoldsWhen, verdict.Fails, verdict.Undecided} {
		if n[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[v], counted[v]))
		}
	}
	text := plural(len(s.Claims), "claim") + ": " + strings.Join(parts, ", ")
	if s.Quick {
		text += "; measured quickly: the whole is `pushbench claims`"
	}
	return text
}

var counted = map[string]string{
	verdict.Holds: "hold", verdict.HoldsWhen: "hold under conditions", verdict.Fails: "do not hold", verdict.Undecided: "undecided",
}

// ClaimsDocument writes the same as a document.
func ClaimsDocument(w io.Writer, s results.ClaimSet) error {
	b := bufio.NewWriter(w)
	command := "pushbench claims"
	if s.Quick {
		command += " --quick"
	}
	fmt.Fprintf(b, `# The article's claims

Made by `+"`pushbench claims --from DIR --markdown docs/claims.md`"+` from a stored run; do not
edit. Each statement of the article, with what was measured here and what came of it. A
claim *holds* where what it says lies inside the measured 95 %% intervals, *holds when*
it does so under some conditions only, *does not hold* where every interval denies it,
and is *undecided* where an interval leaves it open. How the intervals are made:
[statistics](statistics.md).

`+"```sh no-run: it measures for more than half an hour\npushbench claims -o claims          # all of them; --quick is under five minutes\npushbench claims --from claims      # settle them again from what was stored\n```"+`

Measured on %s by `+"`%s`"+`, %s: %s, %d cores, %s. Speeds are of this machine;
a comparison is made within one run.

%s.

| claim | verdict | measured |
|---|---|---|
`, s.Created.Format("2 January 2006"), command, s.Version, s.Host.CPU, s.Host.Cores, s.Host.Kernel, tally(s))
	for _, v := range s.Claims {
		fmt.Fprintf(b, "| [%s](#%s) | %s | %s |\n", v.Claim, anchor(v.Claim), v.Verdict, inMarkdown(headline(v)))
	}
	for _, v := range s.Claims {
		c, _ := verdict.Named(v.Claim)
		fmt.Fprintf(b, "\n## %s\n\nClaimed: %s. Scenario `%s`.\n\n**%s**%s\n", v.Claim, inMarkdown(c.Says), c.Scenario, capital(v.Verdict), colon(inMarkdown(v.Text)))
		if len(v.When) > 0 {
			fmt.Fprintln(b)
		}
		for _, line := range v.When {
			fmt.Fprintf(b, "- %s\n", inMarkdown(line))
		}
		if v.Cause != "" {
			fmt.Fprintf(b, "\nWhy: %s.\n", inMarkdown(v.Cause))
		}
	}
	return b.Flush()
}

// anchor is the address of a heading, as Markdown renderers make it.
func anchor(heading string) string { return strings.ReplaceAll(heading, ".", "") }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func colon(text string) string {
	if text == "" {
		return "."
	}
	return ": " + text + "."
}
