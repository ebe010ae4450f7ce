// Package study replays the gate on a stored run with three arms — a program, the
// same again, and one that is slower by a known share —, so that false alarms and
// power come from the same weather, and lays other methods beside it on the same
// samples.
package study

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/results/stats"
)

// The arms of a study.
const (
	Base  = "a"
	Again = "again"
	Slow  = "slow"
)

// A method tells whether it calls the head of a segment different from its base.
type method struct {
	name   string
	alarms func(gate.Segment, plan.Metric) gate.Verdict
}

var methods = []method{
	{"pushbench gate", func(s gate.Segment, _ plan.Metric) gate.Verdict { return s.Verdict }},
	{"Mann–Whitney, α = 0.05 (benchstat)", mannWhitney},
	{"threshold of 2.5 % on medians", threshold},
}

// mannWhitney is what benchstat does with the samples of a segment.
func mannWhitney(s gate.Segment, m plan.Metric) gate.Verdict {
	if len(s.Base) == 0 || len(s.Head) == 0 {
		return gate.Undecided
	}
	thresholds := benchmath.DefaultThresholds
	base, head := benchmath.NewSample(slices.Clone(s.Base), &thresholds), benchmath.NewSample(slices.Clone(s.Head), &thresholds)
	if c := benchmath.AssumeNothing.Compare(base, head); c.P >= thresholds.CompareAlpha {
		return gate.Same
	}
	return direction(median(s.Head)/median(s.Base), m)
}

func threshold(s gate.Segment, m plan.Metric) gate.Verdict {
	if len(s.Base) == 0 || len(s.Head) == 0 {
		return gate.Undecided
	}
	r := median(s.Head) / median(s.Base)
	if r < 1+plan.DefaultLeastDifference && r > 1/(1+plan.DefaultLeastDifference) {
		return gate.Same
	}
	return direction(r, m)
}

func direction(ratio float64, m plan.Metric) gate.Verdict {
	if (ratio > 1) == (m.Better == "higher") {
		return gate.Better
	}
	return gate.Worse
}

func median(x []float64) float64 { return stats.Median(x).Mid }

// A row is one method on one metric of one cell, in one of the two questions.
type row struct {
	metric, cell, method string
	alarms, found        int // segments of Again called different, of Slow called worse
	again, slow          gate.Replay
}

// rows replays both questions by the rules.
func rows(run *results.Run, rules []plan.Rule) (out []row, err error) {
	p := run.Manifest.Plan
	replays := map[string][]gate.Replay{}
	for _, arm := range []string{Again, Slow} {
		g, err := gate.With(p, rules, gate.Arms{Factor: "arm", Base: Base, Head: arm})
		if err != nil {
			return nil, err
		}
		replays[arm] = g.Replays(run.Trials)
	}
	for i, again := range replays[Again] {
		slow := replays[Slow][i]
		d, _ := plan.MetricNamed(again.Metric)
		for _, m := range methods {
			r := row{metric: again.Metric, cell: again.Cell, method: m.name, again: again, slow: slow}
			for _, s := range again.Segments {
				if v := m.alarms(s, d); v == gate.Worse || v == gate.Better {
					r.alarms++
				}
			}
			for _, s := range slow.Segments {
				if m.alarms(s, d) == gate.Worse {
					r.found++
				}
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// Write writes the tables of a study in Markdown, by the run's own rules unless
// others are given.
func Write(w io.Writer, run *results.Run, rules []plan.Rule) error {
	if len(rules) == 0 {
		rules = gate.Rules(run.Manifest.Plan)
	}
	all, err := rows(run, rules)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	h := run.Manifest.Host
	fmt.Fprintf(b, "%s: %d trials, %s, %d cores, Linux %s, %s. Bounds are Clopper–Pearson's at 95 %%.\n\n", run.Manifest.Created.UTC().Format(time.DateOnly),
		len(run.Trials), h.CPU, h.Cores, h.Kernel, cmp.Or(run.Manifest.Version, "no version"))
	fmt.Fprintln(b, "| metric | cell | method | false alarms (a, again) | found (a, slow) |\n|---|---|---|---|---|")
	for _, r := range all {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", r.metric, r.cell, r.method, rate(r.alarms, len(r.again.Segments)), rate(r.found, len(r.slow.Segments)))
	}
	fmt.Fprintln(b, "\n| metric | cell | pair | segments | worth independent | correlation of blocks | undecided | blocks at the median | time at the median |\n|---|---|---|--:|--:|--:|--:|--:|--:|")
	for i := 0; i < len(all); i += len(methods) {
		r := all[i]
		for _, pair := range []struct {
			name string
			of   gate.Replay
		}{{"a, again", r.again}, {"a, slow", r.slow}} {
			blocks, seconds := pair.of.Median()
			fmt.Fprintf(b, "| `%s` | %s | %s | %d | %.0f | %.2f | %d | %.0f | %.0f s |\n", r.metric, r.cell, pair.name,
				len(pair.of.Segments), pair.of.Effective(), pair.of.Correlation, undecided(pair.of), blocks, seconds)
		}
	}
	return b.Flush()
}

func undecided(r gate.Replay) (n int) {
	for _, s := range r.Segments {
		if s.Verdict == gate.Undecided {
			n++
		}
	}
	return n
}

// rate is a raw count with its share and bounds.
func rate(k, n int) string {
	if n == 0 {
		return "no segment"
	}
	lo, hi := stats.ClopperPearson(k, n, 0.95)
	return fmt.Sprintf("%d of %d: %.1f %% (%.1f to %.1f)", k, n, 100*float64(k)/float64(n), 100*lo, 100*hi)
}
