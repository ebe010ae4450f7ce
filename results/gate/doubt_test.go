package gate

import (
	"math"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

func TestInvalidBlocks(t *testing.T) {
	p := planOf([]plan.Rule{{Metric: cpu}}, armed(nil, "base", "head")...)
	logs := make([]float64, 24)
	for share, want := range map[int]Verdict{4: Same, 2: Undecided, 1: Undecided} {
		trials := trialsOf(p, cpu, logs)
		for i := range trials {
			if trials[i].Block%share == 0 {
				trials[i].State = results.Invalid
			}
		}
		if d := mustNew(t, p).Decide(trials); d.Verdict != want || want == Undecided && d.ExitStatus() != ExitInconclusive {
			t.Errorf("one block in %d invalid: %+v", share, d.Comparisons)
		}
	}
}

// Where the reader limited a side, only conclusions that this can not overturn stand.
func TestCensoredBlocks(t *testing.T) {
	const goodput = "goodput_bytes_per_second"
	for _, c := range []struct {
		metric, side string
		log          float64
		want         Verdict
	}{
		{goodput, "base", 0, Undecided},
		{goodput, "head", 0, Undecided},
		{goodput, "base", -0.2, Worse},
		{goodput, "head", -0.2, Undecided},
		{goodput, "head", 0.2, Better},
		{goodput, "base", 0.2, Undecided},
		{cpu, "base", 0, Same},
		{cpu, "head", 0.2, Worse},
	} {
		p := planOf([]plan.Rule{{Metric: c.metric}}, armed(nil, "base", "head")...)
		logs := make([]float64, 20)
		for i := range logs {
			logs[i] = c.log
		}
		trials := trialsOf(p, c.metric, logs)
		for i := range trials {
			if strings.HasPrefix(trials[i].Cell, "arm="+c.side) {
				trials[i].State = results.Censored
			}
		}
		if got := mustNew(t, p).Decide(trials).Verdict; got != c.want {
			t.Errorf("%s, %s limited, ratio %.2f: %s, want %s", c.metric, c.side, math.Exp(c.log), got, c.want)
		}
	}
}

// A server that falls behind its load is slower than measured, not faster.
func TestBehindBlocks(t *testing.T) {
	const latency = "latency_p50_seconds"
	for _, c := range []struct {
		side string
		log  float64
		want Verdict
	}{
		{"head", 0.2, Worse},
		{"head", 0, Undecided},
		{"head", -0.2, Undecided},
		{"base", -0.2, Better},
		{"base", 0, Undecided},
		{"base", 0.2, Undecided},
	} {
		p := planOf([]plan.Rule{{Metric: latency}}, armed(plan.Values{"load": "rate"}, "base", "head")...)
		logs := make([]float64, 20)
		for i := range logs {
			logs[i] = c.log
		}
		trials := trialsOf(p, latency, logs)
		for i := range trials {
			if strings.HasPrefix(trials[i].Cell, "arm="+c.side) {
				trials[i].State = results.Censored
			}
		}
		if got := mustNew(t, p).Decide(trials).Verdict; got != c.want {
			t.Errorf("%s behind, ratio %.2f: %s, want %s", c.side, math.Exp(c.log), got, c.want)
		}
	}
}

// A program that fails alone is no weather: the gate could not compare.
func TestFaults(t *testing.T) {
	fail := func(t *results.Trial) {
		t.State, t.Fault, t.Reasons = results.Invalid, true, []string{"the server ended: exit status 2"}
	}
	for _, c := range []struct {
		arms string
		want Verdict
	}{{"head", Unmeasured}, {"base", Unmeasured}, {"head base", Same}} {
		for _, metric := range []string{cpu, calls} {
			p := planOf([]plan.Rule{{Metric: metric}}, armed(nil, "base", "head")...)
			trials := trialsOf(p, metric, make([]float64, 24))
			for i := range trials {
				arm, _, _ := strings.Cut(strings.TrimPrefix(trials[i].Cell, "arm="), ",")
				trials[i].Counts = map[string]uint64{results.CountMessages: 100, results.CountWriteCalls: 100}
				if trials[i].Block == 1 && strings.Contains(c.arms, arm) {
					fail(&trials[i])
				}
			}
			d := mustNew(t, p).Decide(trials)
			if d.Verdict != c.want || c.want == Unmeasured && (d.ExitStatus() != ExitFailed || !strings.Contains(d.Comparisons[0].Why, "exit status 2")) {
				t.Errorf("%s of %s failed: %+v", metric, c.arms, d.Comparisons[0])
			}
		}
	}
}

// Exact counts of few blocks that are left of many decide nothing.
func TestInvalidBlocksOfCounts(t *testing.T) {
	p := planOf([]plan.Rule{{Metric: calls}}, armed(nil, "base", "head")...)
	trials := counted(p, 12, func(_ any, n uint64) uint64 { return n })
	for i := range trials {
		if trials[i].Block%4 > 0 {
			trials[i].State = results.Invalid
		}
	}
	if d := mustNew(t, p).Decide(trials); d.Verdict != Undecided || d.Done() {
		t.Errorf("%+v", d.Comparisons[0])
	}
}

// What was nothing and is something now has no ratio, and is worse all the same.
func TestZeros(t *testing.T) {
	const dropped = "dropped_share"
	p := planOf([]plan.Rule{{Metric: dropped}}, armed(plan.Values{"load": "rate"}, "base", "head")...)
	run := func(base, head float64) []results.Trial {
		trials := trialsOf(p, dropped, make([]float64, 30))
		for i := range trials {
			trials[i].Metrics[dropped] = base
			if strings.HasPrefix(trials[i].Cell, "arm=head") {
				trials[i].Metrics[dropped] = head
			}
		}
		return trials
	}
	for _, c := range []struct {
		base, head float64
		want       Verdict
	}{{0, 0.05, Worse}, {0.05, 0, Better}, {0, 0, Same}} {
		got := mustNew(t, p).Decide(run(c.base, c.head)).Comparisons[0]
		if got.Verdict != c.want || c.want != Same && got.Ratio != nil {
			t.Errorf("%g against %g: %+v", c.head, c.base, got)
		}
	}
	if got := mustNew(t, p).Once().Decide(run(0, 0.05)).Comparisons[0]; got.Verdict != Undecided {
		t.Errorf("one look: %+v", got)
	}
}

// A head that stands still has its worst slices left out, which must not pass.
func TestStandingStill(t *testing.T) {
	for _, c := range []struct {
		base, head uint64 // idle slices in a block
		log        float64
		want       Verdict
	}{{1, 1, 0, Same}, {0, 2, 0, Undecided}, {2, 0, 0, Same}, {0, 2, 0.2, Worse}} {
		p := planOf([]plan.Rule{{Metric: cpu}}, armed(nil, "base", "head")...)
		logs := make([]float64, 20)
		for i := range logs {
			logs[i] = c.log
		}
		trials := trialsOf(p, cpu, logs)
		for i := range trials {
			idle := c.base
			if strings.HasPrefix(trials[i].Cell, "arm=head") {
				idle = c.head
			}
			trials[i].Counts = map[string]uint64{results.CountSlices: 20, results.CountIdle: idle}
		}
		if got := mustNew(t, p).Decide(trials).Comparisons[0]; got.Verdict != c.want {
			t.Errorf("%d idle slices against %d: %+v", c.head, c.base, got)
		}
	}
}
