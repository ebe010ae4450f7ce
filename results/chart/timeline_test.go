package chart

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results"
)

// One time axis holds for all panels, and the title counts the looks above 0.9.
func TestTimeline(t *testing.T) {
	l := results.Look{Kind: "probe", Cell: "strategy=bufio", Latency: []results.Slice{{At: 0, Count: 2, Mean: 0.1, Max: 0.2}, {At: 0.5, Count: 1, Mean: 1.5, Max: 1.5}}}
	for i := range 10 {
		l.Timeline = append(l.Timeline, results.Moment{At: float64(i) / 10, Queued: float64(10 * i), Size: 100, InFlight: 5, Cwnd: 9, RTT: 0.04})
	}
	f := timeline(l)
	if !f.Stacked || len(f.Panels) != 4 {
		t.Fatalf("%d panels", len(f.Panels))
	}
	for _, p := range f.Panels {
		if p.X.Min != 0 || p.X.Max != 0.9 || p.Y.Min != 0 {
			t.Errorf("%s: axes from %v to %v and from %v", p.Y.Title, p.X.Min, p.X.Max, p.Y.Min)
		}
	}
	if !strings.Contains(f.Title, "10 % of the looks") || !strings.Contains(f.Title, "1.5 s") {
		t.Error(f.Title)
	}
	if c := layout(f, 36); c == nil {
		t.Error("nothing is drawn")
	}
}
