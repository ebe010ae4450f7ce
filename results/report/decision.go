package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results/gate"
)

// Decision writes what a gate or a comparison found: one table a metric, then why
// something is undecided, what was left out, and the verdict.
func Decision(w io.Writer, d gate.Decision) error {
	d = tidy(d)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: %s\n%s\n", d.Scenario, sides(d), Basis(d))
	common, names := shorten(d.Comparisons)
	if common != "" {
		fmt.Fprintf(b, "every cell: %s\n", common)
	}
	legend := marks{}
	for _, metric := range metricsOf(d) {
		var rows []gate.Comparison
		for _, c := range d.Comparisons {
			if c.Metric == metric {
				rows = append(rows, c)
			}
		}
		fmt.Fprintf(b, "\n%s\n", metricHead(rows[0]))
		write(b, decisionColumns(rows, names, legend))
	}
	legend.write(b)
	reasons(b, d, names)
	fmt.Fprintf(b, "\n%s: %s\n", d.Verdict, Tally(d))
	return b.Flush()
}

// said names a metric within a sentence.
func said(metric string) string {
	if metric == "write_calls_per_message" {
		return "write calls" // a column's head goes on with the unit
	}
	return head(metric)
}

// tidy keeps each text of a decision on its line, and from being taken for a
// workflow command by a runner that reads the log: names come from files that
// others may have written.
func tidy(d gate.Decision) gate.Decision {
	plain := func(s string) string { return colons.ReplaceAllString(strings.Join(strings.Fields(s), " "), ":") }
	d.Scenario, d.Factor, d.Base, d.Head = plain(d.Scenario), plain(d.Factor), plain(d.Base), plain(d.Head)
	d.Comparisons, d.Notes = slices.Clone(d.Comparisons), slices.Clone(d.Notes)
	for i := range d.Comparisons {
		c := &d.Comparisons[i]
		c.Metric, c.Cell, c.Why = plain(c.Metric), plain(c.Cell), plain(c.Why)
	}
	for i := range d.Notes {
		d.Notes[i] = plain(d.Notes[i])
	}
	return d
}

// colons begin a workflow command.
var colons = regexp.MustCompile(":{2,}")

func sides(d gate.Decision) string {
	if d.Factor == "" {
		return fmt.Sprintf("%s against %s", d.Head, d.Base)
	}
	return fmt.Sprintf("%s: %s against %s", d.Factor, d.Head, d.Base)
}

// Basis says in one sentence what the decision rests on.
func Basis(d gate.Decision) string {
	text := plural(d.Blocks, "block")
	if d.Seconds > 0 {
		text += fmt.Sprintf(" in %v", d.Seconds.Duration().Round(time.Second))
	}
	var shared []string
	for _, c := range d.Comparisons {
		if word := fmt.Sprintf("%.5g %%", 100*c.Confidence); c.Method != gate.Exactly && !slices.Contains(shared, word) {
			shared = append(shared, word)
		}
	}
	switch {
	case d.Intervals == 0:
		text += "; every comparison is exact"
	case d.Intervals == 1:
		text += fmt.Sprintf("; one interval, at %s", shared[0])
	default:
		text += fmt.Sprintf("; the confidence is split among %d intervals (Bonferroni): %s each", d.Intervals, strings.Join(shared, " and "))
	}
	return text
}

// Tally counts the verdicts.
func Tally(d gate.Decision) string {
	var parts []string
	for _, v := range []gate.Verdict{gate.Worse, gate.Unmeasured, gate.Undecided, gate.Better, gate.Same} {
		if n := d.Count(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", ") + " of " + plural(len(d.Comparisons), "comparison")
}

func metricsOf(d gate.Decision) (out []string) {
	for _, c := range d.Comparisons {
		if !slices.Contains(out, c.Metric) {
			out = append(out, c.Metric)
		}
	}
	return out
}

func metricHead(c gate.Comparison) string {
	text := said(c.Metric)
	if c.Better != "" {
		text += ", " + c.Better + " is better"
	}
	return text
}

// matters says from where on a difference does.
func matters(c gate.Comparison) string {
	if c.LeastDifference == 0 {
		return "any"
	}
	return percent(c.LeastDifference)
}

func percent(share float64) string { return units.Digits(100*share, 3) + " %" }

func decisionColumns(rows []gate.Comparison, names map[string]string, legend marks) []column {
	var sizes []float64
	for _, c := range rows {
		for _, v := range []*float64{c.BaseValue, c.HeadValue} {
			if v != nil && *v != 0 {
				sizes = append(sizes, max(*v, -*v))
			}
		}
	}
	unit := units.Unit{Size: 1}
	if d, ok := plan.MetricNamed(rows[0].Metric); ok && len(sizes) > 0 {
		slices.Sort(sizes)
		unit = units.ForMetric(d.Unit, sizes[(len(sizes)-1)/2])
	}
	verdict, cell := column{head: "verdict", text: true}, column{head: "cell", text: true}
	base := column{head: strings.TrimSpace("base " + unit.Name)}
	changed, ratio, between := column{head: "head"}, column{head: "ratio"}, column{head: "interval", text: true}
	least, blocks := column{head: "matters from"}, column{head: "blocks"}
	for _, c := range rows {
		verdict.add(string(c.Verdict), "")
		cell.add(names[c.Cell], "")
		base.add(figure(c.BaseValue, unit), "")
		changed.add(figure(c.HeadValue, unit), "")
		ratio.add(times(c.Ratio), "")
		between.add(interval(c), "")
		least.add(matters(c), "")
		blocks.add(fmt.Sprint(c.Blocks), "")
	}
	return []column{verdict, cell, base, changed, ratio, between, least, blocks}
}

func figure(v *float64, unit units.Unit) string {
	if v == nil {
		return "–"
	}
	return units.Digits(*v/unit.Size, 4)
}

func times(r *float64) string {
	if r == nil {
		return "–"
	}
	return ratioDigits(*r) + "×"
}

// interval words the bounds of a ratio.
func interval(c gate.Comparison) string {
	switch {
	case c.Method == gate.Exactly && c.Verdict != gate.Unmeasured:
		return "exact"
	case c.Lo == nil || c.Hi == nil:
		return "–"
	}
	return ratioDigits(*c.Lo) + " to " + ratioDigits(*c.Hi)
}

// ratioDigits rounds a ratio to what tells it from 1: three places about there,
// three digits elsewhere.
func ratioDigits(r float64) string {
	if r >= 0.1 && r < 10 {
		return units.Places(r, 3)
	}
	return units.Digits(r, 3)
}

// reasons says why comparisons are undecided, each reason once, and what was left
// out.
func reasons(w io.Writer, d gate.Decision, names map[string]string) {
	of := map[string][]string{}
	var order []string
	for _, c := range d.Comparisons {
		if c.Why == "" {
			continue
		}
		reason := fmt.Sprintf("%s: %s", c.Verdict, c.Why)
		if of[reason] == nil {
			order = append(order, reason)
		}
		of[reason] = append(of[reason], said(c.Metric)+" of "+names[c.Cell])
	}
	if len(order)+len(d.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, reason := range order {
		where := of[reason]
		if len(where) > 2 {
			where = []string{where[0], fmt.Sprintf("%d more", len(where)-1)}
		}
		fmt.Fprintf(w, "%s (%s)\n", reason, strings.Join(where, "; "))
	}
	for _, n := range d.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}

// shorten takes out of cells' identities what all of them share.
func shorten(cs []gate.Comparison) (common string, names map[string]string) {
	counts, cells := map[string]int{}, map[string]bool{}
	names = map[string]string{}
	for _, c := range cs {
		if cells[c.Cell] {
			continue
		}
		cells[c.Cell] = true
		for _, part := range strings.Split(c.Cell, ",") {
			counts[part]++
		}
	}
	var shared []string
	for cell := range cells {
		var own []string
		shared = nil
		for _, part := range strings.Split(cell, ",") {
			if counts[part] == len(cells) && len(cells) > 1 {
				shared = append(shared, part)
			} else {
				own = append(own, part)
			}
		}
		names[cell] = strings.Join(own, ",")
		if len(own) == 0 {
			names[cell] = cell
		}
	}
	return strings.Join(shared, ","), names
}
