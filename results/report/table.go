// Package report writes a summary for people: tables for a terminal, without
// colour, rounded to what the intervals support.
package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// Options choose what a table shows.
type Options struct {
	Compare []plan.Compare // of the plan: says what ratios are to
	// Metrics are the columns; empty takes the usual ones and what is compared.
	Metrics []string
}

// usual are the columns shown unasked, where any cell has them.
var usual = []string{
	"goodput_bytes_per_second", "efficiency", "write_calls_per_message", "server_cpu_seconds_per_message",
	"latency_p50_seconds", "latency_p99_seconds", "latency_max_seconds",
	"dropped_share", "unsent_share", "disconnected_share", "paused_share", "notice_seconds",
}

// columns are the metrics of a group's table: those asked for, or the usual ones
// and what the scenario compares beyond them.
func (o Options) columns(group string) []string {
	if len(o.Metrics) > 0 {
		return o.Metrics
	}
	names := slices.Clone(usual)
	for _, c := range o.Compare {
		if (c.Group == "" || c.Group == group) && !slices.Contains(names, c.Metric) {
			names = append(names, c.Metric)
		}
	}
	return names
}

// events are metrics that are worth a column only where they happened.
var events = map[string]bool{"dropped_share": true, "unsent_share": true, "disconnected_share": true, "paused_share": true}

// heads name columns where the metric's own name would be long.
var heads = map[string]string{
	"goodput_bytes_per_second":       "goodput",
	"write_calls_per_message":        "write", // its unit goes on: calls/message
	"server_cpu_seconds_per_message": "server CPU",
	"written_bytes_per_second":       "written",
}

// Table writes one table a group, with the factors that vary as columns, then
// the warnings.
func Table(w io.Writer, s results.Summary, opt Options) error {
	b := bufio.NewWriter(w)
	title(b, s)
	legend := marks{}
	for _, group := range results.Groups(s.Cells) {
		writeGroup(b, s, group, opt, legend)
	}
	legend.write(b)
	warnings(b, s)
	return b.Flush()
}

func title(w io.Writer, s results.Summary) {
	fmt.Fprintf(w, "%s: %s\n", s.Scenario, s.Title)
	fmt.Fprintf(w, "%s, %s: %d valid", plural(s.Blocks, "block"), plural(s.ValidTrials+s.CensoredTrials+s.InvalidTrials, "trial"), s.ValidTrials)
	if s.CensoredTrials > 0 {
		fmt.Fprintf(w, ", %d censored", s.CensoredTrials)
	}
	if s.InvalidTrials > 0 {
		fmt.Fprintf(w, ", %d invalid", s.InvalidTrials)
	}
	fmt.Fprintf(w, "; medians ± half of the 95 %% interval\n")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func writeGroup(w io.Writer, s results.Summary, group string, opt Options, legend marks) {
	var cells []results.Cell
	for _, c := range s.Cells {
		if c.In(group) {
			cells = append(cells, c)
		}
	}
	varying, constant := split(cells)
	fmt.Fprintln(w)
	if head := heading(group, constant); head != "" {
		fmt.Fprintln(w, head)
	}
	var columns []column
	for _, f := range varying {
		columns = append(columns, factorColumn(f, cells))
	}
	for _, name := range opt.columns(group) {
		if events[name] && !happened(name, cells) {
			continue
		}
		if c, ok := metricColumn(name, cells, legend); ok {
			columns = append(columns, c)
			if c, ok := ratioColumn(name, group, s, cells, opt.Compare, legend); ok {
				columns = append(columns, c)
			}
		}
	}
	write(w, columns)
}

// happened tells whether a metric is other than 0 in any cell.
func happened(name string, cells []results.Cell) bool {
	return slices.ContainsFunc(cells, func(c results.Cell) bool { return c.Metrics[name].Median != 0 })
}

// split tells the factors that vary among cells from those with one value.
func split(cells []results.Cell) (varying []string, constant []string) {
	for _, f := range plan.Factors {
		values := map[any]bool{}
		for _, c := range cells {
			if v, ok := c.Factors[f.Name]; ok {
				values[v] = true
			}
		}
		switch len(values) {
		case 0:
		case 1:
			for v := range values {
				if v != f.Default || told[f.Name] {
					constant = append(constant, f.Name+" "+units.Value(f.Name, v))
				}
			}
		default:
			varying = append(varying, f.Name)
		}
	}
	return varying, constant
}

// told are the factors worth saying even at their default.
var told = map[string]bool{"strategy": true, "message": true, "buffer": true, "nodelay": true, "network": true}

func heading(group string, constant []string) string {
	rest := strings.Join(constant, ", ")
	switch {
	case group == "":
		return rest
	case rest == "":
		return group
	}
	return group + " (" + rest + ")"
}

// warnings lists each warning once, with the cell, or the number of cells, it
// was given for.
func warnings(w io.Writer, s results.Summary) {
	of := map[string][]string{}
	var order []string
	for _, c := range s.Cells {
		for _, text := range c.Warnings {
			if of[text] == nil {
				order = append(order, text)
			}
			of[text] = append(of[text], c.ID)
		}
	}
	if len(s.Warnings)+len(order) == 0 {
		return
	}
	fmt.Fprintln(w, "\nwarnings:")
	for _, text := range s.Warnings {
		fmt.Fprintf(w, "  %s\n", text)
	}
	for _, text := range order {
		switch ids := of[text]; {
		case len(ids) == len(s.Cells) && len(ids) > 1:
			fmt.Fprintf(w, "  %s: all cells\n", text)
		case len(ids) > 2:
			fmt.Fprintf(w, "  %s: %d cells, first %s\n", text, len(ids), ids[0])
		default:
			fmt.Fprintf(w, "  %s: %s\n", text, strings.Join(ids, "; "))
		}
	}
}

// Verdicts writes each verdict with its sentence and, where it holds only
// under conditions, those.
func Verdicts(w io.Writer, verdicts []results.Verdict) error {
	b := bufio.NewWriter(w)
	for _, v := range verdicts {
		fmt.Fprintf(b, "\n%s: %s\n  %s\n", v.Claim, v.Verdict, v.Text)
		for _, line := range v.When {
			fmt.Fprintf(b, "    %s\n", line)
		}
	}
	return b.Flush()
}
