package gate

import (
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

const calls = "write_calls_per_message"

// counted makes blocks of whole-trial counts; messages differ between the trials.
func counted(p plan.Plan, blocks int, callsOf func(arm any, messages uint64) uint64) (out []results.Trial) {
	for b := range blocks {
		for i, c := range p.Cells {
			n := uint64(3000 + 517*b + 1301*i)
			out = append(out, results.Trial{
				Cell: c.ID, Block: b, State: results.Valid, Started: time.Unix(int64(b), 0), Metrics: map[string]float64{calls: 1},
				Counts: map[string]uint64{results.CountMessages: n, results.CountWriteCalls: callsOf(c.Factors["arm"], n)},
			})
		}
	}
	return out
}

func TestExact(t *testing.T) {
	each := plan.Values{}
	full := plan.Values{"strategy": "bufio", "flush": "full", "buffer": 4096.0}
	for _, c := range []struct {
		name  string
		cell  plan.Values
		calls func(arm any, n uint64) uint64
		want  Verdict
	}{
		{"one call a message", each, func(_ any, n uint64) uint64 { return n }, Same},
		{"one more in 100", each, func(arm any, n uint64) uint64 { return n + extra(arm, n/100) }, Worse},
		{"one less in 100", each, func(arm any, n uint64) uint64 { return n - extra(arm, n/100) }, Better},
		{"one more in a trial", each, func(arm any, n uint64) uint64 { return n + extra(arm, 1) }, Worse},
		{"full buffers, the last as it comes", full, func(_ any, n uint64) uint64 { return (n + 63) / 64 }, Same},
		{"full buffers, one more in 100 messages", full, func(arm any, n uint64) uint64 { return (n+63)/64 + extra(arm, n/100) }, Worse},
	} {
		p := planOf([]plan.Rule{{Metric: calls}}, armed(c.cell, "base", "head")...)
		d := mustNew(t, p).Decide(counted(p, 3, c.calls))
		if d.Verdict != c.want || !d.Done() || d.Intervals != 0 || d.Comparisons[0].Method != Exactly {
			t.Errorf("%s: %+v", c.name, d.Comparisons[0])
		}
		if d := mustNew(t, p).Decide(counted(p, 2, c.calls)); d.Verdict != Undecided || d.Done() {
			t.Errorf("%s, after two blocks: %+v", c.name, d.Comparisons[0])
		}
	}
}

func extra(arm any, n uint64) uint64 {
	if arm == "head" {
		return n
	}
	return 0
}

// What happens to wait when a writer looks is no count that a load determines.
func TestDetermined(t *testing.T) {
	for _, c := range []struct {
		metric string
		v      plan.Values
		want   bool
	}{
		{calls, plan.Values{"strategy": "direct"}, true},
		{calls, plan.Values{"strategy": "bufio", "flush": "full"}, true},
		{calls, plan.Values{"strategy": "bufio", "flush": "each"}, true},
		{calls, plan.Values{"strategy": "bufio", "flush": "idle"}, false},
		{calls, plan.Values{"strategy": "writev", "flush": "full"}, false},
		{calls, plan.Values{"strategy": "direct", "transport": "h2"}, false},
		{calls, plan.Values{"strategy": "direct", "overflow": "drop-oldest"}, false},
		{calls, plan.Values{"server": "own"}, false},
		{calls, plan.Values{"strategy": "direct", "heartbeat": 0.2}, false},
		{"records_per_message", plan.Values{"strategy": "direct", "tls": "above"}, true},
		{"records_per_message", plan.Values{"strategy": "direct"}, false},
		{"frames_per_message", plan.Values{"strategy": "direct", "transport": "ws"}, true},
		{"frames_per_message", plan.Values{"strategy": "direct", "transport": "ws", "deflate": true}, false},
		{"segments_per_message", plan.Values{"strategy": "direct"}, false},
	} {
		if got := exactly(c.metric, c.v) != nil; got != c.want {
			t.Errorf("%s of %s: %v", c.metric, c.v.ID(), got)
		}
	}
}

func TestDefaultRules(t *testing.T) {
	idle := plan.Values{"strategy": "bufio", "flush": "idle", "load": "rate"}
	cells := append(armed(nil, "base", "head"), armed(idle, "base", "head")...)
	cells = append(cells, armed(plan.Values{"network": "veth"}, "base", "head")...)
	d := mustNew(t, planOf(nil, cells...)).Decide(nil)
	var got []string
	for _, c := range d.Comparisons {
		got = append(got, c.Metric+" "+c.Cell)
	}
	want := []string{calls + " strategy=direct,message=64,load=saturate", cpu + " strategy=direct,message=64,load=saturate"}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%q, want %q", got, want)
	}
}
