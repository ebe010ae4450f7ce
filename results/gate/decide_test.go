package gate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

const cpu = "server_cpu_seconds_per_message"

var arms = Arms{Factor: "arm", Base: "base", Head: "head"}

// armed is one cell in several arms.
func armed(v plan.Values, names ...string) (out []plan.Cell) {
	for _, name := range names {
		c := plan.Cell{Factors: plan.Values{"arm": name, "strategy": "direct", "message": 64.0, "load": "saturate", "network": "loopback", "connections": 1.0}}
		for f, x := range v {
			c.Factors[f] = x
		}
		c.ID = "arm=" + name + "," + c.Factors.ID()
		out = append(out, c)
	}
	return out
}

func planOf(rules []plan.Rule, cells ...plan.Cell) plan.Plan {
	return plan.Plan{Name: "test", Cells: cells, Gate: rules}
}

// trials makes one block for each logarithm of a ratio in the metric; blocks take
// ten seconds.
func trialsOf(p plan.Plan, metric string, logs []float64) (out []results.Trial) {
	for block, x := range logs {
		for i, c := range p.Cells {
			v := 1e-6
			if c.Factors["arm"] == "head" {
				v *= math.Exp(x)
			}
			out = append(out, results.Trial{
				Schema: 1, Cell: c.ID, Block: block, State: results.Valid,
				Started: time.Unix(int64(10*block+i), 0), Metrics: map[string]float64{metric: v},
			})
		}
	}
	return out
}

func mustNew(t testing.TB, p plan.Plan) *Gate {
	t.Helper()
	g, err := New(p, arms)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func shifted(n noise, i, blocks int, shift float64) (out []float64) {
	draw := draws(n, i)
	for range blocks {
		out = append(out, shift+draw())
	}
	return out
}

// TestFalseAlarms holds base against itself: no noise, drifting or not, may be
// taken for a difference of 2.5 % in more than 1 % of the gates.
func TestFalseAlarms(t *testing.T) {
	const runs, blocks = 300, 60
	p := planOf([]plan.Rule{{Metric: cpu, MaxTime: 3600}}, armed(nil, "base", "head")...)
	g := mustNew(t, p)
	for _, n := range append(independent[:len(independent):len(independent)], drifting...) {
		alarms := 0
		for i := range runs {
			if v := g.Decide(trialsOf(p, cpu, shifted(n, i, blocks, 0))).Verdict; v == Worse || v == Better {
				alarms++
			}
		}
		lo, hi := stats.ClopperPearson(alarms, runs, 0.95)
		t.Logf("%-36s %d alarms in %d gates: %.2f to %.2f %%", n.name, alarms, runs, 100*lo, 100*hi)
		if lo > 0.01 {
			t.Errorf("%s: %d alarms in %d gates", n.name, alarms, runs)
		}
	}
}

// A slowdown of 5 % is found, whichever way is better.
func TestPower(t *testing.T) {
	for _, c := range []struct {
		metric string
		shift  float64
		want   Verdict
	}{
		{cpu, math.Log(1.05), Worse},
		{cpu, -math.Log(1.05), Better},
		{"goodput_bytes_per_second", -math.Log(1.05), Worse},
		{"goodput_bytes_per_second", math.Log(1.05), Better},
		{cpu, 0, Same},
	} {
		p := planOf([]plan.Rule{{Metric: c.metric, MaxTime: 3600}}, armed(nil, "base", "head")...)
		found := 0
		const runs = 100
		for i := range runs {
			if mustNew(t, p).Decide(trialsOf(p, c.metric, shifted(independent[1], i, 100, c.shift))).Verdict == c.want {
				found++
			}
		}
		if _, hi := stats.ClopperPearson(found, runs, 0.99); hi < 0.95 {
			t.Errorf("%s shifted by %.3f: %s in %d of %d gates", c.metric, c.shift, c.want, found, runs)
		}
	}
}

// A decision depends on the blocks, not on when, how often or in which order one
// looks at their records; blocks after it change nothing but their number.
func TestDecideIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := planOf(nil, armed(nil, "base", "head")...)
		g, err := With(p, []plan.Rule{{Metric: cpu}}, arms)
		if err != nil {
			t.Fatal(err)
		}
		logs := rapid.SliceOfN(rapid.Float64Range(-0.1, 0.1), 0, 40).Draw(t, "logs")
		trials := trialsOf(p, cpu, logs)
		want := g.Decide(trials)
		if d := cmp.Diff(want, g.Decide(trials)); d != "" {
			t.Errorf("looking twice:\n%s", d)
		}
		if d := cmp.Diff(want, g.Decide(rapid.Permutation(trials).Draw(t, "order"))); d != "" {
			t.Errorf("in another order:\n%s", d)
		}
		for n := range logs {
			if c := g.Decide(trials[:2*n]).Comparisons[0]; c.Verdict != Undecided {
				if d := cmp.Diff(c, want.Comparisons[0]); d != "" {
					t.Errorf("settled after %d blocks, and then:\n%s", n, d)
				}
			}
		}
	})
}

// Exchanging base and head turns better into worse.
func TestDecideIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := planOf(nil, armed(nil, "base", "head")...)
		there, err1 := With(p, []plan.Rule{{Metric: cpu}}, arms)
		back, err2 := With(p, []plan.Rule{{Metric: cpu}}, Arms{Factor: "arm", Base: "head", Head: "base"})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		shift := rapid.Float64Range(-0.1, 0.1).Draw(t, "shift")
		logs := rapid.SliceOfN(rapid.Float64Range(-0.02, 0.02), 0, 40).Draw(t, "logs")
		for i := range logs {
			logs[i] += shift
		}
		trials := trialsOf(p, cpu, logs)
		turned := map[Verdict]Verdict{Better: Worse, Worse: Better, Same: Same, Undecided: Undecided}
		if a, b := there.Decide(trials).Verdict, back.Decide(trials).Verdict; turned[a] != b {
			t.Errorf("%s, and turned round %s", a, b)
		}
	})
}

func TestMistakesInRules(t *testing.T) {
	saturated := armed(nil, "base", "head")
	for _, c := range []struct {
		rule plan.Rule
		says string
	}{
		{plan.Rule{Metric: "speed"}, "no such metric"},
		{plan.Rule{Metric: "latency_max_seconds"}, "a maximum has no interval"},
		{plan.Rule{Metric: "latency_p99_seconds"}, "no cell it matches has latencies"},
		{plan.Rule{Metric: cpu, Cells: map[string][]any{"strategy": {"bufio"}}}, "no cell matches strategy bufio"},
		{plan.Rule{Metric: cpu, Group: "size"}, "no cell matches group size"},
		{plan.Rule{Metric: "reader_cpu_seconds_per_message"}, "neither way is better"},
		{plan.Rule{Metric: "frames_per_message"}, "the load determines it in no cell"},
		{plan.Rule{Metric: "wire_bytes_per_message"}, "whose packets are no network's"},
	} {
		_, err := New(planOf([]plan.Rule{c.rule}, saturated...), arms)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.rule, err, c.says)
		}
	}
	if _, err := New(planOf(nil, saturated[0]), arms); err == nil || !strings.Contains(err.Error(), "no cell can be held against") {
		t.Errorf("a base without a head: %v", err)
	}
}

// A metric that no trial has is a failure, not something left open.
func TestUnmeasured(t *testing.T) {
	p := planOf([]plan.Rule{{Metric: cpu}}, armed(nil, "base", "head")...)
	trials := trialsOf(p, "goodput_bytes_per_second", []float64{0, 0})
	d := mustNew(t, p).Decide(trials)
	if d.Verdict != Unmeasured || d.ExitStatus() != ExitFailed || !d.Done() {
		t.Errorf("%+v", d)
	}
	if d := mustNew(t, p).Decide(nil); d.Verdict != Undecided || d.Done() {
		t.Errorf("before the first trial: %+v", d)
	}
}

// At its time a rule ends undecided; an interruption does not count.
func TestMaxTime(t *testing.T) {
	p := planOf([]plan.Rule{{Metric: cpu, MaxTime: 300}}, armed(nil, "base", "head")...)
	logs := shifted(independent[2], 1, 40, 0.03) // 400 s of measuring
	trials := trialsOf(p, cpu, logs)
	d := mustNew(t, p).Decide(trials)
	if c := d.Comparisons[0]; c.Verdict != Undecided || !d.Done() || c.Blocks != 30 || !strings.Contains(c.Why, "is over") {
		t.Errorf("%+v", c)
	}
	for i := range trials {
		if trials[i].Block >= 20 {
			trials[i].Started = trials[i].Started.Add(24 * time.Hour)
		}
	}
	if c := mustNew(t, p).Decide(trials).Comparisons[0]; c.Blocks != 30 { // a pause counts for one block
		t.Errorf("%d blocks were used", c.Blocks)
	}
}

// The confidence is shared among all intervals, and exact comparisons take none.
func TestCorrection(t *testing.T) {
	cells := append(armed(plan.Values{"message": 64.0}, "base", "head"), armed(plan.Values{"message": 1024.0}, "base", "head")...)
	p := planOf([]plan.Rule{{Metric: cpu}, {Metric: "goodput_bytes_per_second"}, {Metric: "write_calls_per_message"}}, cells...)
	d := mustNew(t, p).Decide(nil)
	if d.Intervals != 4 || len(d.Comparisons) != 6 {
		t.Errorf("%d intervals of %d comparisons", d.Intervals, len(d.Comparisons))
	}
	for _, c := range d.Comparisons {
		want := 1 - 0.05/4
		if c.Metric == "write_calls_per_message" {
			want = 1
		}
		if math.Abs(c.Confidence-want) > 1e-12 {
			t.Errorf("%s: %g, want %g", c.Metric, c.Confidence, want)
		}
	}
}

// Slices give a block one estimate, which a stall does not move.
func TestSlices(t *testing.T) {
	slice := func(v ...float64) results.Trial { return results.Trial{Slices: map[string][]float64{cpu: v}} }
	m, _ := plan.MetricNamed(cpu)
	x, ok := logRatio(slice(1, 2, 1, 2, 1, 2, 1, 2), slice(1.1, 2.2, 1.1, 9, 1.1, 2.2, 0.1, 2.2), m)
	if !ok || math.Abs(x-math.Log(1.1)) > 1e-9 {
		t.Errorf("%g, %v", x, ok)
	}
	if _, ok := logRatio(slice(1, 2), slice(1), m); ok {
		t.Error("slices that are no neighbours, and no metric: a ratio")
	}
}

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		verdicts []Verdict
		want     int
	}{
		{nil, ExitInconclusive},
		{[]Verdict{Same, Better}, ExitPass},
		{[]Verdict{Better}, ExitPass},
		{[]Verdict{Same, Undecided}, ExitInconclusive},
		{[]Verdict{Undecided, Worse, Unmeasured}, ExitRegression},
		{[]Verdict{Undecided, Unmeasured}, ExitFailed},
	} {
		var d Decision
		for _, v := range c.verdicts {
			d.Comparisons = append(d.Comparisons, Comparison{Verdict: v})
		}
		d.Verdict = worst(d.Comparisons)
		if got := d.ExitStatus(); got != c.want {
			t.Errorf("%s: %d, want %d", fmt.Sprint(c.verdicts), got, c.want)
		}
	}
}
