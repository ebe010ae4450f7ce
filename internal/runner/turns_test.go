package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/server"
)

// Of all arms one works at a time, each of them in every round, within the window.
func TestTimetable(t *testing.T) {
	for _, of := range []plan.Values{{}, {"server": "own"}} {
		for n := 2; n <= 3; n++ {
			cells := make([]plan.Cell, n)
			for i := range cells {
				cells[i] = plan.Cell{Factors: of, Warmup: 0.05}
			}
			arms := timetable(plan.Turns{Count: 6, Slice: 0.02, Settle: 0.003}, cells, 1000)
			var all []child.Turn
			for _, a := range arms {
				if len(a.Turns) != 7 || a.Turns[0].End > a.Begin || a.Turns[1].Start < a.Begin || a.Turns[6].End > a.End || a.Stop <= a.End {
					t.Errorf("%d arms: %+v", n, a)
				}
				all = append(all, a.Turns...)
			}
			for i, a := range all {
				if a.Begin < a.Start || a.End < a.Begin {
					t.Errorf("%+v runs backwards", a)
				}
				for _, b := range all[:i] {
					if a.Start < b.End && b.Start < a.End {
						t.Errorf("%+v and %+v overlap", a, b)
					}
				}
			}
		}
	}
}

// sliced is an outcome of slices with so many messages of 10 bytes each, in a
// millisecond and with a microsecond of work for each message.
func sliced(messages ...uint64) (o outcome) {
	var at int64
	for _, n := range messages {
		o.generator.Slices = append(o.generator.Slices, loadgen.Slice{
			Begin: loadgen.Mark{Time: at}, End: loadgen.Mark{Time: at + 1e6, Messages: n, Bytes: 10 * n},
		})
		o.server.Slices = append(o.server.Slices, server.Slice{
			Begin: server.Mark{Time: at}, End: server.Mark{Time: at + 1e6, Messages: n, Calls: 2 * n, CPU: float64(n) / 1e6},
		})
		at += 2e6
	}
	return o
}

// A slice in which one arm did nothing is left out of all.
func TestAligned(t *testing.T) {
	got := aligned([]outcome{sliced(5, 0, 7, 8), sliced(1, 2, 3, 0)})
	for i, want := range [][]uint64{{5, 7}, {1, 3}} {
		var have []uint64
		for _, s := range got[i].generator.Slices {
			have = append(have, s.End.Messages)
		}
		if diff := cmp.Diff(want, have); diff != "" || len(got[i].server.Slices) != 2 {
			t.Errorf("arm %d: %s", i, diff)
		}
		if got[i].slices != 4 || got[i].idle != 1 { // its own alone
			t.Errorf("arm %d: %d of %d slices idle", i, got[i].idle, got[i].slices)
		}
	}
}

func TestDeriveSlices(t *testing.T) {
	d := draft{}
	d.Metrics = map[string]float64{"write_calls_per_message": 2.5}
	deriveSlices(&d.Trial, sliced(1000, 3000))
	want := map[string][]float64{
		"goodput_bytes_per_second":       {1e7, 3e7},
		"messages_per_second":            {1e6, 3e6},
		"server_cpu_seconds_per_message": {1e-6, 1e-6},
		"write_calls_per_message":        {2, 2},
	}
	if diff := cmp.Diff(want, d.Slices); diff != "" {
		t.Error(diff)
	}
	if d.Metrics["goodput_bytes_per_second"] != 2e7 || d.Metrics["write_calls_per_message"] != 2.5 {
		t.Errorf("the trial has %v", d.Metrics)
	}
}

func TestPaced(t *testing.T) {
	own := func(cpu float64) outcome {
		return outcome{own: &ownserver.Record{Slices: []ownserver.Slice{{End: ownserver.Mark{Time: 1e9, CPU: cpu}}}}}
	}
	if !own(0.3).paced() || own(0.9).paced() || sliced(1).paced() {
		t.Error("only a server of the user's that is mostly idle follows a clock of its own")
	}
}
