package gate

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// Changes is the method of a comparison within a history.
const Changes = "change points"

// recent is how many of the newest runs a change must lie in to count: what is
// older was seen before, and accepted or mended.
const recent = 10

// ReadHistory reads every run in the directories below dir, oldest first. Runs of
// other scenarios, and of a head that was made worse on purpose, are passed over;
// one that is damaged is an error.
func ReadHistory(dir, scenario string) (runs []*results.Run, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		sub := filepath.Join(dir, e.Name())
		if _, err := os.Stat(filepath.Join(sub, results.ManifestFile)); errors.Is(err, fs.ErrNotExist) || !isDir(sub) {
			continue
		}
		run, err := results.Read(sub)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sub, err)
		}
		if run.Manifest.Plan.Name == scenario && !harmed(run.Manifest.Plan) {
			runs = append(runs, run)
		}
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s holds no run of scenario %s", dir, scenario)
	}
	slices.SortStableFunc(runs, func(a, b *results.Run) int { return a.Manifest.Created.Compare(b.Manifest.Created) })
	return runs, nil
}

// harmed tells whether the arm that stands for a plan was made worse on purpose.
func harmed(p plan.Plan) bool {
	return slices.ContainsFunc(p.Arms, func(a plan.Arm) bool { return a.Name == plan.HeadArm && a.Inject != plan.Injection{} })
}

// UpTo returns the runs before the newest, then the newest, which may be among
// them.
func UpTo(runs []*results.Run, newest *results.Run) (out []*results.Run) {
	for _, r := range runs {
		if r.Manifest.Created.Before(newest.Manifest.Created) {
			out = append(out, r)
		}
	}
	return append(out, newest)
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// History looks for change points over runs of one scenario, oldest first, by the
// rules, in the cells of the newest. It is worse where the newest stretch began
// within the last runs and lies beyond the least difference from the one before;
// older changes are told in the notes. Runs that measured other cells or times are
// left out, as timed metrics of other machines are, and both are said.
func History(runs []*results.Run, rules []plan.Rule) (Decision, error) {
	newest := runs[len(runs)-1]
	m := newest.Manifest
	g, err := gateOf(m.Plan, rules, alone(m.Plan))
	if err != nil {
		return Decision{}, err
	}
	same := slices.DeleteFunc(slices.Clone(runs), func(r *results.Run) bool { return HashOf(r.Manifest.Plan) != HashOf(m.Plan) })
	first := same[0]
	d := g.begin("the runs before", newest.Dir)
	if n := len(runs) - len(same); n > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("left out: %d of %d runs, which measured other cells or times", n, len(runs)))
	}
	d.Intervals = len(g.comparisons)
	d.Notes = append(d.Notes, fmt.Sprintf("change points by E-divisive with a permutation test, over %d runs from %s to %s; a change counts if it began within the last %d, and shows from its run number %d on",
		len(same), day(first), day(newest), recent, leastSegment))
	others := len(slices.DeleteFunc(slices.Clone(same), func(r *results.Run) bool { return r.Manifest.Host.ID == m.Host.ID }))
	if others > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("left out of timed metrics: %d runs of other machines", others))
	}
	cells := make([]map[string][]results.Trial, len(same))
	for i, r := range same {
		cells[i] = results.ByCell(r.Trials)
	}
	for _, c := range g.comparisons {
		c.alpha = changeSignificance / float64(len(g.comparisons)) // Bonferroni
		if c.exact != nil {
			c.least = max(c.least, exactStep)
		}
		c.least = cmp.Or(c.least, plan.DefaultLeastDifference)
		found, old := c.history(same, cells)
		d.Comparisons = append(d.Comparisons, found)
		d.Notes = append(d.Notes, old...)
	}
	return d.end(newClock(newest.Trials)), nil
}

func day(r *results.Run) string { return r.Manifest.Created.UTC().Format(time.DateOnly) }

// A point is one run in a history.
type point struct {
	run *results.Run
	log float64
}

// history finds the changes of one cell in a metric.
func (c comparison) history(runs []*results.Run, cells []map[string][]results.Trial) (out Comparison, notes []string) {
	out = c.describe(Changes)
	out.Method, out.Confidence, out.LeastDifference, out.Settled = Changes, 1-c.alpha, math.Expm1(c.least), true
	points := c.points(runs, cells)
	out.Blocks = len(points)
	newest := runs[len(runs)-1]
	switch {
	case len(points) == 0 || points[len(points)-1].run != newest:
		out.Verdict, out.Why = Unmeasured, "the newest run has no valid trial with it"
		return out, nil
	case len(points) < leastHistory(c.alpha):
		out.Why = fmt.Sprintf("%d runs with it; the least in which the last %d can be told from the others at %.4g %% are %d", len(points), leastSegment, 100*(1-c.alpha), leastHistory(c.alpha))
		return out, nil
	}
	x := make([]float64, len(points))
	for i, p := range points {
		x[i] = p.log
	}
	cuts := append(append([]int{0}, changePoints(x, c.alpha)...), len(x))
	out.Verdict, out.Why = Same, ""
	last := len(cuts) - 2 // the newest stretch
	out.HeadValue = finite(math.Exp(centreOf(x[cuts[last]:])))
	for i := 1; i <= last; i++ {
		before, after := centreOf(x[cuts[i-1]:cuts[i]]), centreOf(x[cuts[i]:cuts[i+1]])
		step := after - before
		if math.Abs(step) <= c.least {
			continue
		}
		if i == last && len(x)-cuts[i] <= recent {
			out.Ratio, out.BaseValue = finite(math.Exp(step)), finite(math.Exp(before))
			out.Verdict, out.Why = c.verdict(sign(step)), fmt.Sprintf("since the run of %s, %s", day(points[cuts[i]].run), points[cuts[i]].run.Dir)
			continue
		}
		notes = append(notes, fmt.Sprintf("%s of %s changed before to %.3f× with the run of %s", c.metric.Name, c.name, math.Exp(step), day(points[cuts[i]].run)))
	}
	return out, notes
}

// exactStep is the least change of an exact count that is told: the ends of streams
// move it by less.
const exactStep = 0.001

// points are the logarithms of the runs' medians, or of their counts where these are
// exact; of timed metrics, those of the newest run's machine alone.
func (c comparison) points(runs []*results.Run, cells []map[string][]results.Trial) (out []point) {
	machine := runs[len(runs)-1].Manifest.Host.ID
	for i, r := range runs {
		if !c.metric.Counted && r.Manifest.Host.ID != machine {
			continue
		}
		id := ""
		for _, p := range alone(r.Manifest.Plan) {
			if p.name == c.name {
				id = p.head.ID
			}
		}
		s := c.sampleOf(cells[i][id])
		v := logs(s.values, c.metric.Name)
		if c.exact != nil && s.tally.Count > 0 {
			v = []float64{math.Log(float64(s.tally.Count) / float64(s.tally.Per))}
		}
		if len(v) > 0 {
			out = append(out, point{r, centreOf(v)})
		}
	}
	return out
}

func centreOf(x []float64) float64 { return middle(slices.Sorted(slices.Values(x))) }

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}
