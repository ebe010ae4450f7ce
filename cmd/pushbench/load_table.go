package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// show prints the finding. That nothing could be read at all is an error.
func (f finding) show(inv *invocation) error {
	var err error
	if asJSON, _ := inv.flags.GetBool("json"); asJSON {
		err = printJSON(inv.stdout, f.summary())
	} else {
		err = f.table(inv.stdout)
	}
	if err == nil && f.rec.Connected == 0 {
		why := append(f.failures(), "the time was over before an attempt was")
		err = fmt.Errorf("%s: no connection could be made: %s", f.load.Target.Name(), why[0])
	}
	return err
}

// failures tells each kind of error with its count and the text of the first,
// most frequent first. The text may be the server's, so it is quoted.
func (f finding) failures() (lines []string) {
	kinds := slices.Collect(maps.Keys(f.rec.Failures))
	slices.SortFunc(kinds, func(a, b string) int {
		if d := f.rec.Failures[b].Count - f.rec.Failures[a].Count; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, k := range kinds {
		lines = append(lines, fmt.Sprintf("%s, %d×, such as %q", k, f.rec.Failures[k].Count, f.rec.Failures[k].First))
	}
	return lines
}

// table writes the finding for people.
func (f finding) table(w io.Writer) error {
	m := f.summary().Cells[0].Metrics
	fmt.Fprintf(w, "%s by %s: %d of %d connections, %d messages in %v\n\n", f.load.Target.Name(), f.load.Target.Protocol,
		f.rec.Connected, f.load.Connections, f.seen.Messages, f.window.Round(time.Millisecond))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range plan.Metrics {
		if v, ok := m[d.Name]; ok && !strings.HasSuffix(d.Name, "_seconds") {
			fmt.Fprintf(t, "  %s\t%s\n", strings.TrimSuffix(strings.ReplaceAll(d.Name, "_", " "), " bytes per second"), loadFigure(d, v.Median))
		}
	}
	for _, name := range []string{"silence_max_seconds", "clock_bound_seconds"} {
		if v, ok := m[name]; ok {
			fmt.Fprintf(t, "  %s\t%s\n", strings.ReplaceAll(strings.TrimSuffix(name, "_seconds"), "_", " "), units.Duration(v.Median))
		}
	}
	err := t.Flush()
	fmt.Fprintln(w)
	times(w, m)
	for _, part := range []struct {
		head  string
		lines []string
	}{{"errors", f.failures()}, {"warnings", f.warnings}} {
		if len(part.lines) > 0 {
			fmt.Fprintf(w, "\n%s:\n  %s\n", part.head, strings.Join(part.lines, "\n  "))
		}
	}
	return err
}

// times writes the percentiles, a line for each thing timed.
func times(w io.Writer, m map[string]results.Metric) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	columns := []string{"p50", "p90", "p99", "p999", "max"}
	fmt.Fprintf(t, "\t%s\t\n", strings.Join(columns, "\t"))
	for _, name := range []string{"latency", "gap", "connect"} {
		if _, ok := m[name+"_max_seconds"]; !ok {
			continue
		}
		fmt.Fprintf(t, "  %s\t", name)
		for _, c := range columns {
			if v, ok := m[name+"_"+c+"_seconds"]; ok {
				fmt.Fprint(t, units.Duration(v.Median))
			}
			fmt.Fprint(t, "\t")
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // what it writes to has told of its errors already
}

// loadFigure writes a figure by its unit.
func loadFigure(d plan.Metric, v float64) string {
	per, over, ratio := strings.Cut(d.Unit, "/")
	switch {
	case d.Unit == "B/s":
		return units.Rate(v)
	case d.Unit == "1/s":
		return units.Number(v) + "/s"
	case ratio && per == over:
		return units.Number(100*v) + " %"
	}
	return units.Number(v)
}
