package verdict_test

import (
	"math/rand/v2"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/verdict"
)

// called is a look that counted calls a message, a hundred thousand of them, and a few
// writes of Go's own.
func called(c plan.Cell, block int, calls map[string]float64) []results.Look {
	const messages = 100000
	l := results.Look{
		Kind: "syscalls", Cell: c.ID, Block: block, Mechanism: "sys_enter",
		With:    results.Trial{State: results.Valid, Counts: map[string]uint64{results.CountMessages: messages}},
		Figures: map[string]float64{"syscall_write_per_message": 0, "syscall_writev_per_message": 0},
	}
	for name, n := range calls {
		l.Figures["syscall_"+name+"_per_message"] = n
	}
	l.Figures["syscall_write_per_message"] += float64(rand.New(rand.NewPCG(1, uint64(block))).IntN(20)) / messages
	return []results.Look{l}
}

func init() {
	one := func(plan.Cell) map[string]float64 { return map[string]float64{"write_calls_per_message": 1} }
	// by makes direct's calls by the cell, and those of net.Buffers always writev.
	by := func(write, writev func(plan.Cell) float64) func(plan.Cell, int) []results.Look {
		return func(c plan.Cell, block int) []results.Look {
			if c.Factors["strategy"] == "writev" {
				return called(c, block, map[string]float64{"writev": 1})
			}
			return called(c, block, map[string]float64{"write": write(c), "writev": writev(c)})
		}
	}
	never := func(plan.Cell) float64 { return 0 }
	always := func(plan.Cell) float64 { return 1 }
	large := func(c plan.Cell) float64 {
		if c.Factors.Number("message") > 1e5 {
			return 1
		}
		return 0
	}
	small := func(c plan.Cell) float64 { return 1 - large(c) }
	worlds["write-is-writev"] = map[string]world{
		verdict.Holds:     {metrics: one, looks: by(never, always)},
		verdict.HoldsWhen: {metrics: one, looks: by(small, large)},
		verdict.Fails:     {metrics: one, looks: by(always, never)},
		verdict.Undecided: {metrics: one}, // nobody may count
	}
}

// A mixture of both calls is neither, and looks of too few blocks tell nothing.
func TestWritevIsNotForced(t *testing.T) {
	c, _ := verdict.Named("write-is-writev")
	w := worlds[c.ID][verdict.Fails]
	both := w
	both.looks = func(c plan.Cell, block int) []results.Look {
		return called(c, block, map[string]float64{"write": 0.5, "writev": 0.5})
	}
	few := w
	few.blocks = 5
	for name, w := range map[string]world{"both": both, "5 blocks": few} {
		if v := settledIn(t, c, w); v.Verdict != verdict.Undecided {
			t.Errorf("%s: %s: %s", name, v.Verdict, v.Text)
		}
	}
	// No writev in any block is not known to be none at all.
	if v := settledIn(t, c, w); *v.Interval.Lo != 0 || *v.Interval.Hi <= 0 || *v.Interval.Hi > 1e-4 {
		t.Errorf("%+v", v.Interval)
	}
}
