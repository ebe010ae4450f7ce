package study

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/results/stats"
)

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
	fmt.Fprintf(b, "%s: %d trials in %d blocks, %d of them not valid; %s, %d cores, Linux %s, %s. Bounds are Clopper–Pearson's at 95 %%.\n\n", run.Manifest.Created.UTC().Format(time.DateOnly),
		len(run.Trials), blocksOf(run.Trials), invalid(run.Trials), h.CPU, h.Cores, h.Kernel, cmp.Or(run.Manifest.Version, "no version"))
	writeShares(b, all)
	writeTimes(b, all)
	return b.Flush()
}

func blocksOf(trials []results.Trial) int {
	seen := map[int]bool{}
	for _, t := range trials {
		seen[t.Block] = true
	}
	return len(seen)
}

func invalid(trials []results.Trial) (n int) {
	for _, t := range trials {
		if t.State == results.Invalid {
			n++
		}
	}
	return n
}

// writeShares writes how often each method was wrong and right, and then the sums
// over metrics of one kind. The sums are of samples that overlap: goodput and
// processor time of one cell come from the same blocks.
func writeShares(w io.Writer, all []row) {
	fmt.Fprintln(w, "| metric | cell | method | false alarms (a, again) | found (a, slow) |\n|---|---|---|---|---|")
	for _, r := range all {
		fmt.Fprintf(w, "| `%s` | %s | %s | %s | %s |\n", r.metric, r.cell, r.method, r.alarms, foundIn(r.metric, r.found))
	}
	for _, counted := range []bool{true, false} {
		for i := range 1 + len(rivals) {
			var sum row
			for j := i; j < len(all); j += 1 + len(rivals) {
				if d, _ := plan.MetricNamed(all[j].metric); d.Counted == counted {
					sum.method = all[j].method
					sum.alarms.add(all[j].alarms)
					sum.found.add(all[j].found)
				}
			}
			if kind := map[bool]string{true: "counted", false: "timed"}[counted]; sum.method != "" {
				found := sum.found.String()
				if counted {
					found = nothing
				}
				fmt.Fprintf(w, "| **all %s** | | %s | %s | %s |\n", kind, sum.method, sum.alarms, found)
			}
		}
	}
}

// nothing is to be found in counts: the slow arm works more, and writes as often.
const nothing = "–"

func foundIn(metric string, s share) string {
	if d, _ := plan.MetricNamed(metric); d.Counted {
		return nothing
	}
	return s.String()
}

// writeTimes writes what the gate's decisions took, each by its own two trials of a
// block.
func writeTimes(w io.Writer, all []row) {
	fmt.Fprintln(w, "\n| metric | cell | pair | segments | worth independent | wrong, of those | correlation of blocks | undecided | blocks, median | time, median |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|")
	for i := 0; i < len(all); i += 1 + len(rivals) {
		r := all[i]
		for _, pair := range []struct {
			name  string
			of    gate.Replay
			wrong share
		}{{"a, again", r.again, r.alarms}, {"a, slow", r.slow, share{r.found.n - r.found.k, r.found.n}}} {
			blocks, seconds := pair.of.Median()
			wrong := pair.wrong.worth(pair.of.Effective())
			if d, _ := plan.MetricNamed(r.metric); d.Counted && pair.name == "a, slow" {
				wrong = nothing
			}
			fmt.Fprintf(w, "| `%s` | %s | %s | %d | %.0f | %s | %.2f | %d | %.0f | %.0f s |\n", r.metric, r.cell, pair.name,
				len(pair.of.Segments), pair.of.Effective(), wrong, pair.of.Correlation, undecided(pair.of), blocks, seconds)
		}
	}
}

// worth is a share with the bounds of as many independent samples.
func (s share) worth(n float64) string {
	if s.n == 0 {
		return "no sample"
	}
	of := max(1, int(math.Round(n)))
	lo, hi := stats.ClopperPearson(int(math.Round(float64(s.k*of)/float64(s.n))), of, 0.95)
	return fmt.Sprintf("%d (%.1f to %.1f %%)", s.k, 100*lo, 100*hi)
}

func (s *share) add(other share) { s.k, s.n = s.k+other.k, s.n+other.n }

// String is a raw count with its share and bounds.
func (s share) String() string {
	if s.n == 0 {
		return "no sample"
	}
	lo, hi := stats.ClopperPearson(s.k, s.n, 0.95)
	return fmt.Sprintf("%d of %d: %.1f %% (%.1f to %.1f)", s.k, s.n, 100*float64(s.k)/float64(s.n), 100*lo, 100*hi)
}
