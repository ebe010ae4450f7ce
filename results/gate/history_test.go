package gate

import (
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/results"
)

// pastOf makes one run a day with these logarithms of processor time.
func pastOf(machine string, calls uint64, logs ...float64) (out []*results.Run) {
	for i, x := range logs {
		r := runOf(machine, calls, plus(calm, x))
		r.Dir = "run"
		r.Manifest.Created = time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)
		out = append(out, r)
	}
	return out
}

func TestHistory(t *testing.T) {
	noise := series(1, 0.004, levels(24, 0)...)
	stepped := func(at int, by float64) []float64 {
		x := plus(noise, 0)
		for i := at; i < len(x); i++ {
			x[i] += by
		}
		return x
	}
	for _, c := range []struct {
		name string
		logs []float64
		want Verdict
		note string
	}{
		{"nothing changed", noise, Same, "E-divisive"},
		{"slower since eight runs", stepped(16, 0.06), Worse, "E-divisive"},
		{"slower since eighteen runs", stepped(6, 0.06), Same, "changed before to 1.06"},
		{"faster since eight runs", stepped(16, -0.06), Better, "E-divisive"},
		{"slower by less than matters", stepped(16, 0.02), Same, "E-divisive"},
		{"few runs", noise[:4], Undecided, "E-divisive"},
	} {
		runs := pastOf("here", 100, c.logs...)
		d, err := History(runs, Rules(runs[0].Manifest.Plan))
		if err != nil {
			t.Fatal(err)
		}
		var got Comparison
		for _, x := range d.Comparisons {
			if x.Metric == cpu {
				got = x
			}
		}
		if got.Verdict != c.want || !strings.Contains(strings.Join(d.Notes, "\n"), c.note) {
			t.Errorf("%s: %+v\n%s", c.name, got, strings.Join(d.Notes, "\n"))
		}
	}
}

// Other machines count for counted metrics alone, and that is said.
func TestHistoryOfMachines(t *testing.T) {
	past := pastOf("there", 100, series(2, 0.004, levels(12, 0)...)...)
	for i, r := range pastOf("here", 101, series(3, 0.004, levels(6, 0.2)...)...) {
		r.Manifest.Created = time.Date(2026, 12, 1+i, 0, 0, 0, 0, time.UTC)
		past = append(past, r)
	}
	d, err := History(past, Rules(past[0].Manifest.Plan))
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]Verdict{}
	for _, c := range d.Comparisons {
		verdicts[c.Metric] = c.Verdict
	}
	if verdicts["write_calls_per_message"] != Worse || verdicts[cpu] != Undecided {
		t.Errorf("%v\n%s", verdicts, strings.Join(d.Notes, "\n"))
	}
	if !strings.Contains(strings.Join(d.Notes, "\n"), "12 runs of other machines") {
		t.Errorf("%q", d.Notes)
	}
}
