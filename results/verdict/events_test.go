package verdict_test

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/verdict"
	"github.com/pushbench/pushbench/scenarios"
)

// settledCases runs a claim's scenario in a world, lets spoil change the trials, and
// returns its cases.
func settledCases(t *testing.T, id string, w world, o scenarios.Options, spoil func(*results.Trial)) []verdict.Case {
	t.Helper()
	c, ok := verdict.Named(id)
	if !ok {
		t.Fatal("no such claim")
	}
	s, err := scenarios.Load(c.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	trials, looks := w.run(p)
	for i := range trials {
		if spoil != nil {
			spoil(&trials[i])
		}
	}
	v := c.Settle(verdict.Evidence{Summary: stats.Summarize(results.Manifest{Plan: p}, trials), Plan: p, Trials: trials, Looks: looks})
	return v.Evidence["cases"].([]verdict.Case)
}

// find returns the case whose condition contains text.
func find(t *testing.T, cases []verdict.Case, text string) verdict.Case {
	t.Helper()
	for _, c := range cases {
		if strings.Contains(c.When, text) {
			return c
		}
	}
	t.Fatalf("no case of %q", text)
	return verdict.Case{}
}

// Connections of one block share its fate: a block that lost all of them is not so
// many losses that know nothing of each other.
func TestABlockThatLostEveryConnection(t *testing.T) {
	const beat = "after 70 ms"
	w := worlds["sse-basic"][verdict.HoldsWhen]
	if c := find(t, settledCases(t, "sse-basic", w, scenarios.Options{}, nil), beat); c.Answer != verdict.Yes {
		t.Errorf("as it should be: %+v", c)
	}
	lost := func(x *results.Trial) {
		if x.Block == 0 && strings.Contains(x.Cell, "heartbeat=0.07,") {
			x.Metrics["idle_closed_share"] = 1
		}
	}
	if c := find(t, settledCases(t, "sse-basic", w, scenarios.Options{}, lost), beat); c.Answer != verdict.Open {
		t.Errorf("one block of eight lost all: %+v", c)
	}
}

// A trial that is shorter than the time trigger cannot tell that nothing waits
// longer.
func TestShortTrialsSayNothingOfFiveSeconds(t *testing.T) {
	const silence = "seconds apart"
	w := worlds["dual-trigger"][verdict.Holds]
	find(t, settledCases(t, "dual-trigger", w, scenarios.Options{}, nil), silence)
	for _, c := range settledCases(t, "dual-trigger", w, scenarios.Options{Quick: true}, nil) {
		if strings.Contains(c.When, silence) {
			t.Errorf("%+v", c)
		}
	}
}
