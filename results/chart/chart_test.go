package chart

import (
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// The scenario reader knows the same kinds of chart as this package draws.
func TestEveryKindIsDrawn(t *testing.T) {
	var known []string
	for _, k := range plan.ChartKinds {
		known = append(known, k.Name)
	}
	slices.Sort(known)
	if diff := cmp.Diff(known, slices.Sorted(maps.Keys(Table))); diff != "" {
		t.Errorf("plan.ChartKinds and Table differ:\n%s", diff)
	}
}

func TestTitles(t *testing.T) {
	size := func(strategies ...string) *run { return bySize(strategies, []float64{4096}, []bool{true}) }
	mark := func(r *run, m float64) *run {
		r.m.Plan.Charts = []plan.Chart{{Kind: "ratio", X: "message", Series: "strategy", Mark: m}}
		return r
	}
	alone := size("direct", "bufio")
	alone.m.Plan.Compare, alone.s.Ratios = nil, nil
	alone.m.Plan.Charts = alone.m.Plan.Charts[:1]
	same := size("direct", "rawwrite")
	same.m.Plan.Charts = same.m.Plan.Charts[:1]
	tests := []struct {
		name string
		r    *run
		want []string
	}{
		{"a crossing", size("direct", "bufio"), []string{
			"bufio has 84× the goodput of direct at 16 B here",
			"bufio is 3.8× direct at 540 B here",
			"With bufio, one write call carries 256 messages at 16 B here",
		}},
		{"two crossings", mark(size("direct", "bufio", "writev"), 3.8), []string{"bufio is 3.8× direct at 540 B here, writev at 640 B"}},
		{"never so high", mark(size("direct", "bufio"), 500), []string{"Nothing here is 500× direct: the most is 84×, bufio at 16 B"}},
		{"never so low", mark(size("direct", "bufio"), 0.1), []string{"Everything here is more than 0.1× direct: the least is 0.84×, bufio at 4 KiB"}},
		{"no mark", mark(size("direct", "bufio"), 0), []string{"bufio is 84× direct at 16 B here and 0.84× at 4 KiB"}},
		{"nothing compared", alone, []string{"Goodput is highest with direct at 4 KiB: 1.84 GB/s"}},
		{"no difference", same, []string{"Nothing here differs from direct in goodput"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range tt.r.figures(t) {
				got = append(got, f.Title)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoCellIsDropped(t *testing.T) {
	for name, r := range samples() {
		for _, kind := range []string{"throughput", "calls"} {
			asked := slices.ContainsFunc(r.m.Plan.Charts, func(c plan.Chart) bool { return c.Kind == kind })
			if !asked || name == "switches" || name == "lone" { // without numbers on the axis
				continue
			}
			shown := map[XY]bool{}
			for _, f := range r.figures(t) {
				if !strings.Contains(f.Name, kind) {
					continue
				}
				for _, p := range f.Panels {
					for _, s := range p.Series {
						for _, pt := range s.Points {
							shown[XY{pt.X, pt.Y}] = true
						}
					}
				}
			}
			metric := map[string]string{"throughput": "goodput_bytes_per_second", "calls": "write_calls_per_message"}[kind]
			x := r.m.Plan.Charts[0].X
			for _, c := range r.s.Cells {
				m, ok := c.Metrics[metric]
				at, onAxis := c.Factors[x].(float64)
				if ok && onAxis && !shown[XY{at, m.Median}] {
					t.Errorf("%s, %s: cell %s is in no panel", name, kind, c.ID)
				}
			}
		}
	}
}

func TestPanelsAndFolding(t *testing.T) {
	strategies := []string{"direct", "bufio", "writev"}
	tests := []struct {
		name    string
		r       *run
		panels  []int // of each throughput picture
		series  int   // of the first panel
		firstOf string
	}{
		{"one", bySize(strategies, []float64{4096}, []bool{true}), []int{1}, 3, ""},
		{"folded", bySize(strategies, []float64{4096}, []bool{true, false}), []int{1}, 6, ""},
		{"panels", bySize(strategies, []float64{256, 1024, 4096, 65536}, []bool{true, false}), []int{4}, 6, "buffer 256 B"},
		{"pages", bySize(strategies, []float64{64, 128, 256, 512, 1024, 2048, 4096, 8192}, []bool{true, false}), []int{4, 4}, 6, "buffer 64 B"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var panels []int
			var first *Panel
			for _, f := range tt.r.figures(t) {
				if strings.Contains(f.Name, "throughput") {
					panels = append(panels, len(f.Panels))
					if first == nil {
						first = &f.Panels[0]
					}
				}
			}
			if !slices.Equal(panels, tt.panels) || len(first.Series) != tt.series || first.Title != tt.firstOf {
				t.Errorf("panels %v, series %d, title %q; want %v, %d, %q", panels, len(first.Series), first.Title, tt.panels, tt.series, tt.firstOf)
			}
		})
	}
}

func TestFactorThatDoesNotApplyIsAFlatLine(t *testing.T) {
	for _, f := range byBuffer().figures(t) {
		for _, s := range f.Panels[0].Series {
			if want := s.Name == "direct"; s.Flat != want {
				t.Errorf("%s: series %s has Flat %v", f.Name, s.Label, s.Flat)
			}
		}
	}
}

func TestHolesAreSaid(t *testing.T) {
	r := samples()["holes"]
	f := r.figures(t)[0]
	note := strings.Join(f.Notes, " ")
	for _, want := range []string{"bufio at 256 B, the link was not up", "Without an interval: direct at 64 B.", "Hollow"} {
		if !strings.Contains(note, want) {
			t.Errorf("the note does not say %q: %s", want, note)
		}
	}
	for _, s := range f.Panels[0].Series {
		for _, p := range s.Points {
			if p.Y == 0 {
				t.Errorf("%s at %g: what is missing is drawn as 0", s.Label, p.X)
			}
			if s.Name == "bufio" && p.Missing() != (p.X == 256) {
				t.Errorf("bufio at %g: missing is %v", p.X, p.Missing())
			}
		}
	}
}

func TestNames(t *testing.T) {
	r := bySize([]string{"direct", "bufio"}, []float64{1024, 4096}, []bool{true})
	r.m.Plan.Charts = []plan.Chart{
		{Kind: "throughput", X: "message"}, {Kind: "throughput", X: "buffer"}, {Kind: "throughput", X: "message", Metric: "messages_per_second"},
	}
	var got []string
	for _, f := range r.figures(t) {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff([]string{"size-throughput", "size-throughput-buffer", "size-throughput-buffer-2", "size-throughput-message"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrors(t *testing.T) {
	plain := func(c ...plan.Chart) *run {
		r := bySize([]string{"direct", "bufio"}, []float64{4096}, []bool{true})
		r.m.Plan.Charts = c
		return r
	}
	empty := plain(plan.Chart{Kind: "throughput", X: "message"})
	empty.s.Cells = nil
	tests := []struct {
		name string
		r    *run
		want string
	}{
		{"empty summary", empty, "the summary has no cells"},
		{"unknown kind", plain(plan.Chart{Kind: "pie"}), "there are calls, frontier, heatmap, latency, latency-profiles, ratio, rtt and throughput"},
		{"no such group", plain(plan.Chart{Kind: "throughput", X: "message", Group: "none"}), "no group has what it draws"},
		{"no such metric", plain(plan.Chart{Kind: "throughput", X: "message", Metric: "joules"}), "no group has what it draws"},
		{"no latency", plain(plan.Chart{Kind: "latency", Group: "size"}), "no cell has a latency histogram"},
		{"not compared", plain(plan.Chart{Kind: "ratio", X: "message", Group: "size", Metric: "allocs_per_message"}), "compares nothing by allocs_per_message"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			files, err := Draw(dir, tt.r.m, tt.r.s, tt.r.hists)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			entries, readErr := os.ReadDir(dir)
			if len(files) > 0 || len(entries) > 0 || readErr != nil {
				t.Errorf("wrote %v", files)
			}
		})
	}
}

func TestOneBadChartLeavesTheOthers(t *testing.T) {
	r := bySize([]string{"direct", "bufio"}, []float64{4096}, []bool{true})
	r.m.Plan.Charts = append(r.m.Plan.Charts, plan.Chart{Kind: "pie"})
	figures, err := Figures(r.m, r.s, nil)
	if err == nil || len(figures) != 3 {
		t.Errorf("%d figures, error %v; want three and an error", len(figures), err)
	}
}

func TestUnwritableDirectory(t *testing.T) {
	r := bySize([]string{"direct", "bufio"}, []float64{4096}, []bool{true})
	r.m.Plan.Charts = r.m.Plan.Charts[1:2]
	_, err := drawAt(coarse, filepath.Join(t.TempDir(), "none"), r.m, r.s, nil)
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "size-ratio.png") {
		t.Errorf("error %v, want one that names the chart", err)
	}
}

func TestCrossings(t *testing.T) {
	x := measuredAxis("", []float64{16, 64, 256, 1024}, units.Size)
	line := func(ys ...float64) Series {
		var s Series
		for i, y := range ys {
			s.Points = append(s.Points, Point{X: 16 * math.Pow(4, float64(i)), Y: y})
		}
		return s
	}
	tests := []struct {
		name string
		s    Series
		want []float64
	}{
		{"halfway", line(8, 2), []float64{32}},
		{"at a point", line(8, 4, 2), []float64{64}},
		{"none", line(8, 7, 6), nil},
		{"there and back", line(8, 2, 8), []float64{32, 128}},
		{"not over a gap", line(8, math.NaN(), 2), nil},
		{"a single point", line(8), nil},
	}
	for _, tt := range tests {
		got := crossings(tt.s, x, 4)
		close := slices.EqualFunc(got, tt.want, func(a crossing, b float64) bool { return math.Abs(a.at-b) < 1e-9 && a.bound == Exact })
		if !close {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestLatencyIsAsDeepAsItsSamples(t *testing.T) {
	tests := []struct {
		n    int
		want []string
	}{
		{200, []string{"0 %", "50 %", "90 %"}},
		{1000, []string{"0 %", "50 %", "90 %", "99 %"}},
		{10_000, []string{"0 %", "50 %", "90 %", "99 %", "99.9 %"}},
		{200_000, []string{"0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"}},
	}
	for _, tt := range tests {
		f := timed([]string{"direct"}, []float64{1000}, tt.n).figures(t)[0]
		var got []string
		for _, tick := range f.Panels[0].X.Ticks {
			got = append(got, tick.Label)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%d messages:\n%s", tt.n, diff)
		}
		trace := f.Panels[0].Series[0].Trace
		for i := 1; i < len(trace); i++ {
			if trace[i].Y < trace[i-1].Y {
				t.Fatalf("%d messages: latency falls from %g to %g", tt.n, trace[i-1].Y, trace[i].Y)
			}
		}
	}
	few := timed([]string{"direct", "bufio"}, []float64{1000}, 5)
	if _, err := Figures(few.m, few.s, few.hists); err == nil {
		t.Error("five messages make a latency chart")
	}
}

func TestSaturatedCellsHaveNoLatency(t *testing.T) {
	r := timed([]string{"direct"}, []float64{1000}, 1000)
	r.s.Cells = append(r.s.Cells, results.Cell{ID: "s", Groups: []string{"rate"}, Factors: plan.Values{"strategy": "bufio", "load": "saturate"}})
	f := r.figures(t)[0]
	if len(f.Panels[0].Series) != 1 || strings.Contains(strings.Join(f.Notes, ""), "bufio") {
		t.Errorf("series %v, notes %v", f.Panels[0].Series, f.Notes)
	}
}
