package chart

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/units"
)

func labels(a Axis) []string {
	var out []string
	for _, t := range a.Ticks {
		out = append(out, t.Label)
	}
	return out
}

func TestAxes(t *testing.T) {
	plain := func(v float64) string { return digits(v, 3) }
	tests := []struct {
		name  string
		axis  Axis
		scale Scale
		ticks []string
	}{
		{"sizes measured", measuredAxis("", []float64{1024, 64, 256, 64}, units.Size), Log, []string{"64 B", "256 B", "1 KiB"}},
		{"even steps", measuredAxis("", []float64{1, 2, 3, 4}, plain), Linear, []string{"1", "2", "3", "4"}},
		{"one value", measuredAxis("", []float64{64}, units.Size), Linear, []string{"64 B"}},
		{"with zero", measuredAxis("", []float64{0, 64, 4096}, units.Size), Log, []string{"0 B", "64 B", "4 KiB"}},
		{"even steps from zero", measuredAxis("", []float64{0, 1, 2, 3}, plain), Linear, []string{"0", "1", "2", "3"}},
		{"close figures start at zero", valueAxis("", []float64{80, 95}, plain), Linear, []string{"0", "20", "40", "60", "80", "100"}},
		{"wide figures", valueAxis("", []float64{3, 90}, plain), Log, []string{"5", "10", "20", "50", "100"}},
		{"decades", logAxis("", []float64{1e-4, 1}, plain), Log, []string{"0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"}},
		{"one figure", logAxis("", []float64{1, 1}, plain), Log, []string{"0.7", "1", "1.5"}},
		{"words", categoryAxis("", []string{"off", "on"}), Category, []string{"off", "on"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.axis.Scale != tt.scale {
				t.Errorf("scale %v, want %v", tt.axis.Scale, tt.scale)
			}
			if diff := cmp.Diff(tt.ticks, labels(tt.axis)); diff != "" {
				t.Error(diff)
			}
			for _, tick := range tt.axis.Ticks {
				if at := tt.axis.place(tick.At); at < 0 || at > 1 {
					t.Errorf("tick %s lies at %g", tick.Label, at)
				}
			}
		})
	}
}

func TestFittingKeepsTheEnds(t *testing.T) {
	ticks := []Tick{{At: 0, Label: "a"}, {At: 1, Label: "b"}, {At: 2, Label: "c"}, {At: 3, Label: "d"}}
	got := fitting(ticks, func(t Tick) float64 { return t.At }, func(Tick) float64 { return 0.9 })
	if diff := cmp.Diff([]Tick{{At: 0, Label: "a"}, {At: 3, Label: "d"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWords(t *testing.T) {
	lo, hi := 18.0, 18.4
	for _, tt := range []struct{ got, want string }{
		{about("message", 213.7), "210 B"},
		{about("message", 1331), "1.3 KiB"},
		{about("rate", 4321), "4300/s"},
		{times(18.237, &lo, &hi), "18.2×"},
		{times(18.237, nil, nil), "18×"},
		{named("nodelay", false), "nodelay off"},
		{named("buffer", 4096.0), "buffer 4 KiB"},
		{named("connections", 1.0), "1 connection"},
		{named("rate", 50000.0), "50 k messages/s"},
		{list([]string{"a", "b", "c"}), "a, b and c"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestStrategiesKeepTheirLook(t *testing.T) {
	if seriesStyle("strategy", "bufio", 0) != seriesStyle("strategy", "bufio", 5) {
		t.Error("bufio looks different by its place in the chart")
	}
	if seriesStyle("strategy", "adaptive", 1) != seriesStyle("strategy", "adaptive", 4) {
		t.Error("an unknown strategy looks different by its place in the chart")
	}
	seen := map[Style]string{}
	for name, s := range strategyStyles {
		if other, ok := seen[s]; ok {
			t.Errorf("%s and %s look the same", name, other)
		}
		seen[s] = name
	}
}
