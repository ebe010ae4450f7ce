package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results"
)

func TestCutSlots(t *testing.T) {
	l := results.Look{Latency: []results.Slice{{At: 0.01, Max: 0.05}, {At: 0.12, Max: 0.2}, {At: 9, Max: 1}}}
	for i, queued := range []float64{10, 95, 89, 90, 10, 10, 10} { // every 25 ms
		l.Timeline = append(l.Timeline, results.Moment{At: 0.025 * float64(i), Queued: queued, Size: 100, Retransmits: uint64(i / 4)})
	}
	want := slots{full: []bool{true, true, false}, lost: []bool{false, false, true}, late: []bool{false, false, true}}
	if diff := cmp.Diff(want, cutSlots(l, 0.9, 0.1), cmp.AllowUnexported(slots{})); diff != "" {
		t.Error(diff)
	}
}

func TestKeepScore(t *testing.T) {
	const x, o = true, false
	tests := []struct {
		name         string
		alarm, event []bool
		want         score
	}{
		{"foretold", []bool{o, o, x, o, o, o}, []bool{o, o, o, o, x, o}, score{Slots: 4, Due: 2, Alarms: 1, Followed: 1, Events: 1, Foretold: 1}},
		{"at once", []bool{o, o, x, o, o, o}, []bool{o, o, x, o, o, o}, score{Slots: 4, Due: 2, Alarms: 1, Events: 1}},
		{"too late", []bool{o, x, o, o, o, o}, []bool{o, o, o, o, x, o}, score{Slots: 4, Due: 2, Alarms: 1, Events: 1}},
		{"always on", []bool{x, x, x, x, x, x}, []bool{o, o, o, x, o, o}, score{Slots: 4, Due: 2, Alarms: 4, Followed: 2, Events: 1, Foretold: 1}},
		{"near the ends", []bool{o, o, o, o, o, x}, []bool{x, o, o, o, o, o}, score{Slots: 4}},
		{"shorter than the horizon", []bool{x}, []bool{x}, score{}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, keepScore(tt.alarm, tt.event, 2)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
