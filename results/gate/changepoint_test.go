package gate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pushbench/pushbench/results/stats"
)

func series(i int, sd float64, levels ...float64) (out []float64) {
	r := rand.New(rand.NewPCG(11, uint64(i)))
	for _, l := range levels {
		out = append(out, l+sd*r.NormFloat64())
	}
	return out
}

func levels(n int, of ...float64) (out []float64) {
	for _, l := range of {
		out = append(out, slices.Repeat([]float64{l}, n)...)
	}
	return out
}

// A step of five standard deviations is found where it is, to within one point.
// A cut of few points can be shuffled back too easily: 2 of the C(12, 3) = 220 choices.
func TestLeastHistory(t *testing.T) {
	for alpha, want := range map[float64]int{0.01: 12, 0.005: 15, 0.5: 6} {
		if got := leastHistory(alpha); got != want {
			t.Errorf("at %g: %d, not %d", alpha, got, want)
		}
	}
}

func TestChangesAreFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		levels []float64
		want   []int
	}{
		{"one step", levels(15, 0, 0.05), []int{15}},
		{"up and further up", levels(12, 0, 0.05, 0.12), []int{12, 24}},
		{"up and back", levels(12, 0, 0.05, 0), []int{12, 24}},
		{"the last three", slices.Concat(levels(20, 0), levels(4, 0.08)), []int{20}},
	} {
		found := 0
		const runs = 20
		for i := range runs {
			got := changePoints(series(i, 0.01, c.levels...), changeSignificance)
			if slices.EqualFunc(got, c.want, func(a, b int) bool { return max(a-b, b-a) <= 1 }) {
				found++
			}
		}
		if found < runs*8/10 {
			t.Errorf("%s: found in %d of %d series", c.name, found, runs)
		}
	}
}

// Series without a change seldom have one found.
func TestNoFalseChanges(t *testing.T) {
	const runs = 150
	found := 0
	for i := range runs {
		if len(changePoints(series(i, 0.01, levels(30, 0)...), changeSignificance)) > 0 {
			found++
		}
	}
	lo, hi := stats.ClopperPearson(found, runs, 0.99)
	t.Logf("%d of %d: %.2f to %.2f %%", found, runs, 100*lo, 100*hi)
	if lo > changeSignificance {
		t.Errorf("a change was found in %d of %d series without one", found, runs)
	}
}

func TestShortSeries(t *testing.T) {
	for n := range 2 * leastSegment {
		if got := changePoints(make([]float64, n), changeSignificance); len(got) > 0 {
			t.Errorf("%d points: %v", n, got)
		}
	}
	if got := changePoints(make([]float64, 40), changeSignificance); len(got) > 0 {
		t.Errorf("40 equal points: %v", got)
	}
	x := series(3, 0.01, levels(12, 0, 0.05)...)
	if a, b := changePoints(x, changeSignificance), changePoints(x, changeSignificance); !slices.Equal(a, b) {
		t.Errorf("%v, and again %v", a, b)
	}
}
