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

// A rival is a method that takes a sample of fixed size: it tells whether head
// differs from base.
type rival struct {
	name   string
	decide func(base, head []float64, m plan.Metric) gate.Verdict
}

var rivals = []rival{
	{"Mann–Whitney, α = 0.05 (benchstat)", mannWhitney},
	{"threshold of 2.5 % on medians", threshold},
}

const ours = "pushbench gate"

// leastChunk is how many blocks a rival gets at least: of fewer, Mann–Whitney can
// conclude nothing.
const leastChunk = 6

// chunks cuts a replay into samples of one size, the number of blocks the gate took
// at the median: segments that end when the gate has decided are not a fair sample
// for anybody else.
func chunks(r gate.Replay, visit func(base, head []float64)) (n int) {
	blocks, _ := r.Median()
	size := max(leastChunk, int(blocks))
	for ; (n+1)*size <= len(r.Base); n++ {
		visit(r.Base[n*size:(n+1)*size], r.Head[n*size:(n+1)*size])
	}
	return n
}

// mannWhitney is what benchstat does.
func mannWhitney(base, head []float64, m plan.Metric) gate.Verdict {
	thresholds := benchmath.DefaultThresholds
	b, h := benchmath.NewSample(slices.Clone(base), &thresholds), benchmath.NewSample(slices.Clone(head), &thresholds)
	if c := benchmath.AssumeNothing.Compare(b, h); c.P >= thresholds.CompareAlpha {
		return gate.Same
	}
	return direction(median(head)/median(base), m)
}

func threshold(base, head []float64, m plan.Metric) gate.Verdict {
	r := median(head) / median(base)
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

// A share is how many of some samples came out so.
type share struct{ k, n int }

// A row is one method on one metric of one cell, in both questions.
type row struct {
	metric, cell, method string
	alarms, found        share // Again called different, Slow called worse
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
		r := row{metric: again.Metric, cell: again.Cell, method: ours, again: again, slow: slow}
		for _, s := range again.Segments {
			r.alarms.count(differs(s.Verdict))
		}
		for _, s := range slow.Segments {
			r.found.count(s.Verdict == gate.Worse)
		}
		out = append(out, r)
		for _, m := range rivals {
			r := row{metric: again.Metric, cell: again.Cell, method: m.name}
			chunks(again, func(base, head []float64) { r.alarms.count(differs(m.decide(base, head, d))) })
			chunks(slow, func(base, head []float64) { r.found.count(m.decide(base, head, d) == gate.Worse) })
			out = append(out, r)
		}
	}
	return out, nil
}

func differs(v gate.Verdict) bool { return v == gate.Worse || v == gate.Better }

func (s *share) count(so bool) {
	s.n++
	if so {
		s.k++
	}
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
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", r.metric, r.cell, r.method, r.alarms, r.found)
	}
	fmt.Fprintln(b, "\n| metric | cell | pair | segments | worth independent | correlation of blocks | undecided | blocks at the median | time at the median |\n|---|---|---|--:|--:|--:|--:|--:|--:|")
	for i := 0; i < len(all); i += 1 + len(rivals) {
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

// String is a raw count with its share and bounds.
func (s share) String() string {
	if s.n == 0 {
		return "no sample"
	}
	lo, hi := stats.ClopperPearson(s.k, s.n, 0.95)
	return fmt.Sprintf("%d of %d: %.1f %% (%.1f to %.1f)", s.k, s.n, 100*float64(s.k)/float64(s.n), 100*lo, 100*hi)
}
