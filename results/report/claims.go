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
			parts = append(parts, fmt.Sprintf("%d %s", n[v], counted(v, n[v])))
		}
	}
	text := plural(len(s.Claims), "claim") + ": " + strings.Join(parts, ", ")
	if s.Quick {
		text += "; measured quickly: the whole is `pushbench claims`"
	}
	return text
}

// counted words a verdict of n claims.
func counted(v string, n int) string {
	words := map[string][2]string{ // of one, of several
		verdict.Holds:     {"holds", "hold"},
		verdict.HoldsWhen: {"holds under conditions", "hold under conditions"},
		verdict.Fails:     {"does not hold", "do not hold"},
		verdict.Undecided: {"is undecided", "are undecided"},
	}[v]
	if n == 1 {
		return words[0]
	}
	return words[1]
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

Measured on %s by `+"`%s`"+`,
%s, on %d cores of %s with Linux %s. Speeds are of this machine; a comparison is made
within one run.

%s.

| claim | verdict | measured |
|---|---|---|
`, s.Created.Format("2 January 2006"), command, s.Version, s.Host.Cores, s.Host.CPU, s.Host.Kernel, tally(s))
	for _, v := range s.Claims {
		fmt.Fprintf(b, "| [%s](#%s) | %s | %s |\n", v.Claim, anchor(v.Claim), v.Verdict, inProse(headline(v)))
	}
	for _, v := range s.Claims {
		claimSection(b, s, v)
	}
	return b.Flush()
}

// claimSection writes what came of one claim.
func claimSection(w io.Writer, s results.ClaimSet, v results.Verdict) {
	c, _ := verdict.Named(v.Claim)
	fmt.Fprintf(w, "\n## %s\n\nClaimed: %s.\n\n", v.Claim, inProse(c.Says))
	if len(v.When) > 0 {
		fmt.Fprintf(w, "**%s**\n\n", capital(v.Verdict))
		for _, line := range v.When {
			fmt.Fprintf(w, "- %s\n", inProse(line))
		}
		fmt.Fprintf(w, "\n%s.\n", capital(inProse(v.Text)))
	} else {
		fmt.Fprintf(w, "**%s**: %s.\n", capital(v.Verdict), inProse(v.Text))
	}
	if v.Cause != "" {
		fmt.Fprintf(w, "\nWhy: %s.\n", inProse(v.Cause))
	}
	fmt.Fprintf(w, "\nScenario `%s`", c.Scenario)
	if r, ok := s.Runs[v.Claim]; ok {
		fmt.Fprintf(w, ", %s: %s in %s, %d censored, %d invalid", r.Started.Format("2 January 2006 15:04"), plural(r.Trials, "trial"), plural(r.Blocks, "block"), r.Censored, r.Invalid)
		if r.Looks > 0 {
			fmt.Fprintf(w, "; %s looked into", plural(r.Looks, "trial"))
		}
	}
	fmt.Fprintln(w, ".")
}

// inProse keeps a text from being taken for Markdown.
func inProse(s string) string { return proseEscapes.Replace(strings.Join(strings.Fields(s), " ")) }

var proseEscapes = strings.NewReplacer("|", "\\|", "*", "\\*", "<", "&lt;", "`", "\\`")

// anchor is the address of a heading, as Markdown renderers make it.
func anchor(heading string) string { return strings.ReplaceAll(heading, ".", "") }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
