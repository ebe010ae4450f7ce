package chart

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

func TestTitlesOfFurtherKinds(t *testing.T) {
	all := samples()
	reached := trips([]string{"bufio"}, []float64{64, 256})
	reached.m.Plan.Charts[0].Mark = 1000
	tests := []struct {
		name string
		r    *run
		want string
	}{
		{"frontier", all["windows"], "A window of 1 ms takes write calls from 1 to 0.091 a message here and p99 from 150 µs to 1.2 ms"},
		{"heatmap", all["tiles"], "bufio is 3.8× direct here at 540 B at an RTT of 0 s and at 36 B at an RTT of 1 ms"},
		{"heatmap below the mark", reached, "Nothing here is 1000× direct: the most is 27×, bufio at 64 B at an RTT of 0 s"},
		{"rtt", all["trips"], "bufio reaches 95 % of the limit at an RTT of 40 ms here, direct 13 %"},
		{"latency-profiles", all["networks"], "90 % of messages arrive within 300 ms with direct here, 584 ms with writev (satellite)"},
		{"one value", all["lone"], "bufio, buffer 4 KiB has 27× the goodput of direct at 64 B here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.r.figures(t)[0].Title); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOneValueTurnsTheChart(t *testing.T) {
	for _, f := range samples()["lone"].figures(t) {
		panel := f.Panels[0]
		dots, ok := panel.Layers[len(panel.Layers)-1].(Dots)
		if !ok || len(panel.Series) > 0 || panel.Y.Scale != Category || len(dots) != len(panel.Y.Ticks) {
			t.Errorf("%s: %d dots, %d series, rows %v", f.Name, len(dots), len(panel.Series), panel.Y.Ticks)
		}
		if panel.Y.place(0) < panel.Y.place(1) {
			t.Errorf("%s: the first series is not on top", f.Name)
		}
		if !strings.Contains(f.Subtitle, "64 B messages") {
			t.Errorf("%s: the only value goes unsaid: %s", f.Name, f.Subtitle)
		}
	}
}

func TestBounds(t *testing.T) {
	in := Input{Cells: []results.Cell{
		{ID: "free", Metrics: map[string]results.Metric{"m": {Better: "higher"}}},
		{ID: "held", Metrics: map[string]results.Metric{"m": {Better: "higher", Censored: true}}},
		{ID: "free, lower", Metrics: map[string]results.Metric{"m": {Better: "lower"}}},
		{ID: "held, lower", Metrics: map[string]results.Metric{"m": {Better: "lower", Censored: true}}},
	}}
	for _, tt := range []struct {
		cell, base string
		want       Bound
	}{
		{"held", "free", AtLeast},
		{"free", "held", AtMost},
		{"held", "held", Either},
		{"held, lower", "free, lower", AtMost},
		{"free, lower", "held, lower", AtLeast},
		{"free", "free", Either}, // only the ratio says that it is censored
	} {
		if got := in.ratioBound(results.Ratio{Metric: "m", Cell: tt.cell, Base: tt.base, Censored: true}); got != tt.want {
			t.Errorf("%s to %s: %q, want %q", tt.cell, tt.base, got.words(), tt.want.words())
		}
	}
	if in.ratioBound(results.Ratio{Metric: "m", Cell: "held", Base: "free"}) != Exact {
		t.Error("a ratio that is not censored is a bound")
	}
}

func TestCrossingsBesideBounds(t *testing.T) {
	x := Axis{Scale: Log, Min: 1, Max: 10}
	for _, tt := range []struct {
		name string
		ps   []Point
		want Bound
	}{
		{"falling", []Point{{X: 1, Y: 8}, {X: 10, Y: 2, Bound: AtLeast}}, AtLeast},
		{"falling from a bound", []Point{{X: 1, Y: 8, Bound: AtLeast}, {X: 10, Y: 2}}, AtLeast},
		{"rising", []Point{{X: 1, Y: 2}, {X: 10, Y: 8, Bound: AtLeast}}, AtMost},
		{"falling, at most", []Point{{X: 1, Y: 8}, {X: 10, Y: 2, Bound: AtMost}}, AtMost},
		{"contrary", []Point{{X: 1, Y: 8, Bound: AtMost}, {X: 10, Y: 2, Bound: AtLeast}}, Either},
	} {
		got := crossings(Series{Points: tt.ps}, x, 4)
		if len(got) != 1 || got[0].bound != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, got, tt.want.words())
		}
	}
}

func TestNoLineLeadsToZeroApart(t *testing.T) {
	f := samples()["trips"].figures(t)[0]
	x := f.Panels[0].X
	if x.Zero <= 0 || x.place(0) <= 0 || x.place(0) >= x.place(0.001) {
		t.Fatalf("zero lies at %g, 1 ms at %g", x.place(0), x.place(0.001))
	}
	for _, s := range f.Panels[0].Series {
		runs := x.joined(s.Points, func(p Point) bool { return !p.Missing() })
		if len(runs) != 2 || len(runs[0]) != 1 || runs[0][0].X != 0 {
			t.Errorf("%s: %v", s.Label, runs)
		}
	}
	var limits int
	for _, l := range f.Panels[0].Layers {
		if _, ok := l.(Limit); ok {
			limits++
		}
	}
	if limits != 1 {
		t.Errorf("%d lines for one limit", limits)
	}
}

func TestContour(t *testing.T) {
	tiles := Tiles{Columns: 2, Rows: 2, All: map[[2]int]Point{{0, 0}: {Y: 8}, {1, 0}: {Y: 2}, {0, 1}: {Y: 2}, {1, 1}: {Y: 2}}}
	got := Contour{Tiles: tiles, Level: 4}.segments()
	if len(got) != 1 || got[0] != [2]XY{{0.5, 0}, {0, 0.5}} {
		t.Errorf("%v, want one piece between the halves of two edges", got)
	}
	delete(tiles.All, [2]int{1, 1})
	if at := tiles.crossings(0, 4); !slices.Equal(at, []float64{0.5}) {
		t.Errorf("crossings %v", at)
	}
	if at := tiles.crossings(1, 4); len(at) > 0 {
		t.Errorf("a column with a hole crosses at %v", at)
	}
}

func TestShadesAreCentredAtOne(t *testing.T) {
	tiles := Tiles{Extreme: math.Log(10)}
	if tiles.shade(1) != paper || tiles.shade(10) != blue || tiles.shade(0.1) != orange {
		t.Errorf("1×: %v, 10×: %v, 0.1×: %v", tiles.shade(1), tiles.shade(10), tiles.shade(0.1))
	}
}

func TestEveryRatioHasATile(t *testing.T) {
	r := samples()["grids"]
	shown := 0
	for _, f := range r.figures(t) {
		for _, p := range f.Panels {
			shown += len(p.Layers[0].(Tiles).All)
		}
	}
	if shown != len(r.s.Ratios) {
		t.Errorf("%d tiles for %d ratios", shown, len(r.s.Ratios))
	}
}

func TestKnee(t *testing.T) {
	s := &sweep{in: Input{Chart: plan.Chart{Metric: "latency_p99_seconds"}}}
	cell := func(id string, calls, latency float64) results.Cell {
		return results.Cell{ID: id, Metrics: map[string]results.Metric{callsMetric: {Median: calls}, "latency_p99_seconds": {Median: latency}}}
	}
	bent := line{cells: []results.Cell{cell("long", 0.01, 1), cell("knee", 0.1, 0.002), cell("short", 1, 0.001)}}
	straight := line{cells: []results.Cell{cell("short", 1, 0.01), cell("long", 0.01, 1)}}
	if got := s.knee(bent).ID; got != "knee" {
		t.Errorf("the knee is %q", got)
	}
	if got := s.knee(straight).ID; got != "long" {
		t.Errorf("without a knee: %q", got)
	}
}

func TestLaddersAreAsDeepAsTheirMessages(t *testing.T) {
	for _, l := range samples()["networks"].figures(t)[0].Panels[0].Layers {
		ladder := l.(Ladder)
		want := 4
		if ladder.At > 3.5 { // the satellite has 500 messages
			want = 2
		}
		if len(ladder.Rungs) != want {
			t.Errorf("at %g: %d percentiles, want %d", ladder.At, len(ladder.Rungs), want)
		}
	}
}

func TestFiguresKeepTheirUnits(t *testing.T) {
	got := face{size: titleSize}.wrap("p99 from 150 µs to 1.2 ms", 1)
	if diff := cmp.Diff([]string{"p99 from", "150 µs", "to", "1.2 ms"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSubtitlesStayShort(t *testing.T) {
	f := plan.Values{}
	for _, factor := range plan.Factors {
		f[factor.Name] = factor.Default
	}
	text := subtitle("By buffer size", []results.Cell{{Factors: f}})
	for _, unsaid := range []string{"user timeout", "quickack", "overflow", "1 connection", "nodelay"} {
		if strings.Contains(text, unsaid) {
			t.Errorf("%q is a default and is said: %s", unsaid, text)
		}
	}
	f["quickack"] = true
	if text := subtitle("", []results.Cell{{Factors: f}}); !strings.Contains(text, "quickack on") {
		t.Errorf("not said: %s", text)
	}
}
