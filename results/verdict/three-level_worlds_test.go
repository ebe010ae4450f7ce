package verdict_test

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/verdict"
)

func init() {
	claimed := map[any][2]float64{"direct": {12500, 3.2e-3}, "bufio": {890, 0.4e-3}, "ring": {12, 0.01e-3}}
	// levels is a factor on the claimed figures, by cell.
	levels := func(factor func(plan.Cell) float64) func(plan.Cell) map[string]float64 {
		return func(c plan.Cell) map[string]float64 {
			f := claimed[c.Factors["strategy"]]
			m := map[string]float64{"written_bytes_per_second": 1e6, "write_calls_per_message": 1}
			if rate := c.Factors.Number("rate"); rate > 0 {
				m["allocs_per_message"], m["gc_pause_seconds_per_second"] = factor(c)*f[0]/rate, factor(c)*f[1]
			}
			return m
		}
	}
	same := func(v float64) func(plan.Cell) float64 { return func(plan.Cell) float64 { return v } }
	worlds["three-level"] = map[string]world{
		// So many figures are seldom all within their intervals, which are wide here.
		verdict.Holds: {metrics: levels(same(1)), noise: 0.2, blocks: 9},
		verdict.HoldsWhen: {metrics: levels(func(c plan.Cell) float64 {
			if c.Factors["sink"] == "null" && c.Factors["message_memory"] == "fresh" {
				return 1
			}
			return 3
		}), noise: 0.2, blocks: 9},
		verdict.Fails:     {metrics: levels(same(0))},
		verdict.Undecided: {metrics: levels(same(1)), noise: 2},
	}
}

// Nothing measured differs surely from hundreds of allocations, but windows without a
// stop do not exclude one so short and rare as claimed for the ring.
func TestLevelsOfNothing(t *testing.T) {
	c, _ := verdict.Named("three-level")
	v := settledIn(t, c, worlds[c.ID][verdict.Fails])
	if v.Verdict != verdict.Fails || strings.Contains(v.Text, "pause a second of ring") {
		t.Errorf("%s: %s", v.Verdict, v.Text)
	}
	for _, k := range v.Evidence["cases"].([]verdict.Case) {
		last := k.Checks[len(k.Checks)-1]
		if strings.HasPrefix(k.When, "GC pauses") && last.Answer != verdict.Open {
			t.Errorf("%s: %+v", k.When, last)
		}
	}
}
