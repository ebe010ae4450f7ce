package chart

import (
	"math"
	"slices"
	"sort"
)

// A Scale says how values lie along an axis.
type Scale int

// The scales. Values of a Category axis are places counted from 0.
const (
	Linear Scale = iota
	Log
	Category
)

// A Tick is a named place on an axis.
type Tick struct {
	At    float64
	Label string
	Minor bool // its label gives way first
}

// An Axis maps values in base units to places from 0 to 1.
type Axis struct {
	Title    string
	Scale    Scale
	Min, Max float64
	Ticks    []Tick
	label    func(float64) string // words a value; nil on axes of names and percentiles
	Zero     float64              // where 0 stands on a log scale that has it, apart from all else; else 0
}

// place returns where a value lies: 0 at Min, 1 at Max.
func (a Axis) place(v float64) float64 {
	if a.apart(v) {
		v = a.Zero
	}
	if a.Scale == Log {
		return math.Log(v/a.Min) / math.Log(a.Max/a.Min)
	}
	return (v - a.Min) / (a.Max - a.Min)
}

// apart tells whether a value is the zero of a log scale, which no line reaches.
func (a Axis) apart(v float64) bool { return a.Zero > 0 && v <= 0 }

// padded widens an axis at both ends by a share of its length, so that no
// point lies on the frame.
func (a Axis) padded(share float64) Axis {
	if a.Scale == Log {
		f := math.Pow(a.Max/a.Min, share)
		a.Min, a.Max = a.Min/f, a.Max*f
		return a
	}
	d := (a.Max - a.Min) * share
	a.Min, a.Max = a.Min-d, a.Max+d
	return a
}

// geometric tells whether values call for a log scale: all above zero, and
// spread over more than eight times the least.
func geometric(values []float64) bool {
	if len(values) == 0 {
		return false
	}
	least, largest := slices.Min(values), slices.Max(values)
	return least > 0 && largest/least > 8
}

// measuredAxis has a tick at every value measured.
func measuredAxis(title string, values []float64, label func(float64) string) Axis {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	a := Axis{Title: title, Scale: Linear, Min: values[0], Max: values[len(values)-1]}
	for _, v := range values {
		a.Ticks = append(a.Ticks, Tick{At: v, Label: label(v)})
	}
	if values[0] == 0 && geometric(values[1:]) {
		// Zero takes the room of a mean step.
		least, n := values[1], float64(len(values)-1)
		a.Scale, a.Zero = Log, least/math.Pow(a.Max/least, 1/math.Max(1, n-1))
		a.Min = a.Zero
		return a.padded(0.04)
	}
	if geometric(values) || (len(values) == 2 && values[0] > 0) {
		a.Scale = Log
	}
	if a.Min == a.Max {
		a.Min, a.Max = a.Min-1, a.Max+1
		a.Scale = Linear
	}
	return a.padded(0.04)
}

// categoryAxis has a place for each name.
func categoryAxis(title string, names []string) Axis {
	a := Axis{Title: title, Scale: Category, Min: -0.5, Max: float64(len(names)) - 0.5}
	for i, n := range names {
		a.Ticks = append(a.Ticks, Tick{At: float64(i), Label: n})
	}
	return a
}

// valueAxis covers values with round ticks: on a log scale where they are
// geometric, else from zero.
func valueAxis(title string, values []float64, label func(float64) string) Axis {
	if geometric(values) {
		return logAxis(title, values, label)
	}
	top := slices.Max(values)
	if top <= 0 {
		top = 1
	}
	step := roundStep(top / 5)
	a := Axis{Title: title, Max: top * 1.06, label: label}
	for i := 0; float64(i)*step <= a.Max; i++ {
		v := float64(i) * step
		a.Ticks = append(a.Ticks, Tick{At: v, Label: label(v)})
	}
	return a
}

// logAxis covers values above zero with ticks at 1, 2 and 5 of each decade, or
// at decades alone where they are many.
func logAxis(title string, values []float64, label func(float64) string) Axis {
	a := Axis{Title: title, Scale: Log, Min: slices.Min(values), Max: slices.Max(values), label: label}
	if a.Max/a.Min < 2 {
		a.Min, a.Max = a.Min/1.5, a.Max*1.5
	}
	a = a.padded(0.04)
	decades := math.Log10(a.Max / a.Min)
	steps := []float64{1, 2, 5}
	switch {
	case decades > 6:
		steps = []float64{1}
	case decades > 3:
		steps = []float64{1, 3}
	case decades < 0.7:
		steps = []float64{1, 1.5, 2, 3, 4, 5, 7}
	}
	for e := math.Floor(math.Log10(a.Min)); e <= math.Ceil(math.Log10(a.Max)); e++ {
		for _, s := range steps {
			if v := s * math.Pow(10, e); v >= a.Min && v <= a.Max {
				a.Ticks = append(a.Ticks, Tick{At: v, Label: label(v)})
			}
		}
	}
	return a
}

// roundStep returns the least of 1, 2, 5 times a power of ten that is not
// below v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, s := range []float64{1, 2, 5} {
		if s*power >= v*(1-1e-9) {
			return s * power
		}
	}
	return 10 * power
}

// percentileAxis is the HdrHistogram axis: a share p of all samples lies at
// 1/(1-p), so that each further nine takes the same room. It ends at deepest.
func percentileAxis(deepest float64) Axis {
	a := Axis{Title: "Percentile of messages", Scale: Log, Min: 1, Max: 1 / (1 - deepest)}
	for _, p := range percentiles {
		if p.share <= deepest {
			a.Ticks = append(a.Ticks, Tick{At: 1 / (1 - p.share), Label: p.name, Minor: p.share == 0})
		}
	}
	return a
}

// percentiles are the places of the percentile axis that people name; where a
// cell has a metric with an interval there, the chart shows it.
var percentiles = []struct {
	share        float64
	name, metric string
}{
	{0, "0 %", ""},
	{0.5, "50 %", "latency_p50_seconds"},
	{0.9, "90 %", "latency_p90_seconds"},
	{0.99, "99 %", "latency_p99_seconds"},
	{0.999, "99.9 %", "latency_p999_seconds"},
	{0.9999, "99.99 %", ""},
	{0.99999, "99.999 %", ""},
}

// fitting chooses the ticks whose labels keep clear of each other: the ends
// first, then what lies between in order, then minor ones. At gives the middle of a label,
// extent its half-length with the gap it needs.
func fitting(ticks []Tick, at, extent func(Tick) float64) []Tick {
	order := make([]int, 0, len(ticks))
	for i := range ticks {
		order = append(order, i)
	}
	sort.SliceStable(order, func(i, j int) bool {
		rank := func(k int) int {
			switch {
			case ticks[k].Minor:
				return 2
			case k == 0 || k == len(ticks)-1:
				return 0
			}
			return 1
		}
		return rank(order[i]) < rank(order[j])
	})
	var chosen []int
	for _, i := range order {
		clear := !slices.ContainsFunc(chosen, func(j int) bool {
			return math.Abs(at(ticks[i])-at(ticks[j])) < extent(ticks[i])+extent(ticks[j])
		})
		if clear {
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	var out []Tick
	for _, i := range chosen {
		out = append(out, ticks[i])
	}
	return out
}
