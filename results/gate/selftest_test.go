package gate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
)

func TestSelfTestsFollowTheRules(t *testing.T) {
	cell := func(v plan.Values) plan.Cell { return plan.Cell{ID: v.ID(), Factors: v} }
	direct := plan.Values{"strategy": "direct", "message": 64.0, "load": "saturate", "server": plan.Ours, "transport": "tcp", "tls": "none", "network": "loopback", "overflow": "block", "connections": 1.0}
	idle := plan.Values{"strategy": "bufio", "flush": "idle", "message": 64.0, "load": "saturate", "server": plan.Ours, "transport": "tcp", "tls": "none", "network": "loopback", "overflow": "block", "connections": 1.0}
	own := plan.Values{"server": "own", "message": 64.0, "load": "saturate", "network": "loopback", "connections": 1.0}
	for _, c := range []struct {
		name     string
		cells    []plan.Cell
		rules    []plan.Rule
		tests    []string
		untested []string
	}{
		{"counts and time", []plan.Cell{cell(direct)}, nil, []string{"", "write=100", "spin=5%"}, nil},
		{"a rule that allows a fifth", []plan.Cell{cell(direct)}, []plan.Rule{{Metric: "write_calls_per_message", LeastDifference: 0.2}}, []string{"", "write=3"}, nil},
		{"the coarsest of two", []plan.Cell{cell(direct), cell(idle)}, []plan.Rule{
			{Metric: "server_cpu_seconds_per_message"},
			{Metric: "goodput_bytes_per_second", LeastDifference: 0.1},
		}, []string{"", "spin=20%"}, nil},
		{"nothing makes it worse", []plan.Cell{cell(direct)}, []plan.Rule{{Metric: "context_switches_per_message"}}, []string{""}, []string{"context_switches_per_message"}},
		{"a write more is within the scatter", []plan.Cell{cell(idle)}, []plan.Rule{{Metric: "write_calls_per_message"}}, []string{""}, []string{"write_calls_per_message"}},
		{"a server of the user's", []plan.Cell{cell(own)}, []plan.Rule{{Metric: "goodput_bytes_per_second"}}, []string{""}, []string{"goodput_bytes_per_second"}},
	} {
		tests, untested, err := SelfTests(plan.Plan{Cells: c.cells, Gate: c.rules})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got []string
		for _, st := range tests {
			got = append(got, st.Inject.String())
		}
		if d := cmp.Diff(c.tests, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(c.untested, untested); d != "" {
			t.Errorf("%s, untested: %s", c.name, d)
		}
	}
}

func TestSelfTestLooksAtItsMetrics(t *testing.T) {
	st := SelfTest{Inject: plan.Injection{Write: 100}, Metrics: []string{"write_calls_per_message"}}
	calls := func(v Verdict) Comparison {
		return Comparison{Metric: "write_calls_per_message", Verdict: v, Settled: v != Undecided}
	}
	cpu := func(v Verdict) Comparison {
		return Comparison{Metric: "server_cpu_seconds_per_message", Verdict: v, Settled: v != Undecided}
	}
	for _, c := range []struct {
		cs     []Comparison
		enough bool
		want   Verdict
	}{
		{[]Comparison{calls(Worse), cpu(Undecided)}, true, Worse},
		{[]Comparison{calls(Same), cpu(Worse)}, true, Same}, // found by chance elsewhere
		{[]Comparison{calls(Undecided), cpu(Worse)}, false, Undecided},
		{[]Comparison{calls(Unmeasured), cpu(Same)}, true, Unmeasured},
	} {
		d := Decision{Comparisons: c.cs, Verdict: worst(c.cs)}
		if c.cs[0].Verdict == Unmeasured {
			d.Comparisons[0].Settled = true
		}
		if got := st.Verdict(d); got != c.want || st.Enough(d) != c.enough {
			t.Errorf("%v: %s, enough %v", c.cs, got, st.Enough(d))
		}
	}
	for _, cs := range [][]Comparison{{calls(Better)}, {calls(Better), cpu(Same)}} {
		if itself := (SelfTest{}); itself.Verdict(Decision{Verdict: worst(cs), Comparisons: cs}) == itself.Wanted() {
			t.Errorf("a base that is better than itself counts as the same: %v", cs)
		}
	}
	both := SelfTest{Inject: plan.Injection{Share: 0.05}, Metrics: []string{"server_cpu_seconds_per_message", "write_calls_per_message"}}
	if d := (Decision{Comparisons: []Comparison{calls(Same), cpu(Worse)}}); both.Verdict(d) != Same {
		t.Error("what is found in one metric of two counts for both")
	}
}
