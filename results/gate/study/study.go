// Package study replays the gate on a stored run with three arms — a program, the
// same again, and one that is slower by a known share —, so that false alarms and
// power come from the same weather, and lays other methods beside it on the same
// samples.
package study

import (
	"slices"

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
		g, err := gate.With(p, rules, gate.Arms{Factor: plan.ArmFactor, Base: Base, Head: arm})
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

func undecided(r gate.Replay) (n int) {
	for _, s := range r.Segments {
		if s.Verdict == gate.Undecided {
			n++
		}
	}
	return n
}
