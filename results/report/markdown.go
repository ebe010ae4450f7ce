package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/pushbench/pushbench/results/gate"
)

// signs head the rows of a Markdown table.
var signs = map[gate.Verdict]string{
	gate.Worse: "❌ worse", gate.Better: "🟢 better", gate.Same: "✅ same",
	gate.Undecided: "❔ undecided", gate.Unmeasured: "⚠️ unmeasured",
}

// Markdown writes a decision as a job's summary: the verdict, then what is not the
// same, then the rest folded.
func Markdown(w io.Writer, d gate.Decision) error {
	d = tidy(d)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "## %s: %s\n\n%s; %s. %s.\n", inMarkdown(d.Scenario), d.Verdict, inMarkdown(sides(d)), Basis(d), Tally(d))
	var telling, quiet []gate.Comparison
	for _, c := range d.Comparisons {
		if c.Verdict == gate.Same {
			quiet = append(quiet, c)
		} else {
			telling = append(telling, c)
		}
	}
	if len(telling) > 0 {
		markdownTable(b, telling)
	}
	if len(quiet) > 0 {
		fmt.Fprintf(b, "\n<details><summary>%d the same</summary>\n", len(quiet))
		markdownTable(b, quiet)
		fmt.Fprintf(b, "\n</details>\n")
	}
	for i, n := range d.Notes {
		if i == 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "- %s\n", inMarkdown(n))
	}
	return b.Flush()
}

func markdownTable(w io.Writer, cs []gate.Comparison) {
	fmt.Fprint(w, "\n| verdict | metric | cell | ratio | interval | matters from | blocks | |\n|---|---|---|--:|---|--:|--:|---|\n")
	for _, c := range cs {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %d | %s |\n", signs[c.Verdict], inMarkdown(said(c.Metric)), inMarkdown(c.Cell),
			times(c.Ratio), interval(c), matters(c), c.Blocks, inMarkdown(c.Why))
	}
}

// markdownEscapes are what would mark text up or end a table's cell: names come
// from files that others may have written.
var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;",
	"[", "&#91;", "]", "&#93;", "!", "&#33;", "#", "&#35;", "\\", "&#92;", "~", "&#126;", "@", "&#64;", ":", "&#58;",
)

func inMarkdown(s string) string {
	return markdownEscapes.Replace(strings.Join(strings.Fields(s), " "))
}
