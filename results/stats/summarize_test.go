package stats

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

const goodput = "goodput_bytes_per_second"

func cell(v plan.Values, groups ...string) plan.Cell {
	if _, ok := v["load"]; !ok {
		v["load"] = "saturate"
	}
	return plan.Cell{ID: v.ID(), Groups: groups, Factors: v}
}

var (
	direct = cell(plan.Values{"strategy": "direct", "message": 64.0}, "g")
	bufio  = cell(plan.Values{"strategy": "bufio", "message": 64.0, "buffer": 8192.0}, "g")
	byRate = plan.Compare{Factor: "strategy", Base: "direct", Metric: goodput}
)

func manifest(cells ...plan.Cell) results.Manifest {
	return results.Manifest{Plan: plan.Plan{
		Name: "s", Cells: cells, Compare: []plan.Compare{byRate},
		Measure: plan.Measure{MinBlocks: 6, MaxBlocks: 20, Until: 0.05},
	}}
}

func trial(c plan.Cell, block int, value float64) results.Trial {
	return results.Trial{Schema: 1, Cell: c.ID, Block: block, State: results.Valid, Metrics: map[string]float64{goodput: value}}
}

// pairs has bufio at four times direct in blocks whose speed differs twofold.
func pairs(blocks int) (out []results.Trial) {
	for b := range blocks {
		speed := 1 + float64(b%2)
		wobble := 1 + 0.002*float64(b%5)
		out = append(out, trial(direct, b, 100*speed), trial(bufio, b, 400*speed*wobble))
	}
	return out
}

func find(t *testing.T, s results.Summary, c plan.Cell) results.Cell {
	t.Helper()
	for _, x := range s.Cells {
		if x.ID == c.ID {
			return x
		}
	}
	t.Fatalf("no cell %s", c.ID)
	return results.Cell{}
}

func mentions(warnings []string, part string) bool {
	return strings.Contains(strings.Join(warnings, "\n"), part)
}

func TestRatiosAreWithinBlocks(t *testing.T) {
	s := Summarize(manifest(direct, bufio), pairs(8))
	if len(s.Ratios) != 1 {
		t.Fatalf("ratios %+v, warnings %q", s.Ratios, s.Warnings)
	}
	r := s.Ratios[0]
	if r.Cell != bufio.ID || r.Base != direct.ID || r.N != 8 || math.Abs(r.Ratio-4.01) > 0.02 {
		t.Errorf("%+v", r)
	}
	// The cells differ twofold between blocks; their ratio does not.
	if r.Lo == nil || *r.Hi / *r.Lo > 1.02 {
		t.Errorf("interval %v", r)
	}
	if s.Blocks != 8 || s.ValidTrials != 16 || s.InvalidTrials != 0 {
		t.Errorf("%+v", s)
	}
	if again := Summarize(manifest(direct, bufio), pairs(8)); !reflect.DeepEqual(s, again) {
		t.Error("the same trials gave two summaries")
	}
}

func TestFewBlocks(t *testing.T) {
	s := Summarize(manifest(direct, bufio), pairs(5))
	c := find(t, s, bufio)
	if m := c.Metrics[goodput]; m.Lo != nil || m.Hi != nil || m.N != 5 {
		t.Errorf("interval from 5 blocks: %+v", m)
	}
	if s.Ratios[0].Lo != nil || !mentions(c.Warnings, "only 5 usable blocks: no interval, 6 are needed") {
		t.Errorf("%+v, %q", s.Ratios[0], c.Warnings)
	}
}

func TestInvalidTrialsCountInNoFigure(t *testing.T) {
	trials := pairs(8)
	for i := range trials {
		if trials[i].Cell == bufio.ID && trials[i].Block < 2 {
			trials[i].State = results.Invalid
			trials[i].Reasons = []string{"pacer late"}
			trials[i].Metrics[goodput] = 1e12
		}
	}
	s := Summarize(manifest(direct, bufio), trials)
	c := find(t, s, bufio)
	if m := c.Metrics[goodput]; m.N != 6 || *m.Hi > 1000 {
		t.Errorf("%+v", m)
	}
	if s.InvalidTrials != 2 || s.ValidTrials != 14 || c.Invalid != 2 || c.Reasons["pacer late"] != 2 || s.Ratios[0].N != 6 || s.Blocks != 8 {
		t.Errorf("%+v", s)
	}
	if !mentions(c.Warnings, "2 of 8 trials invalid: pacer late (2)") {
		t.Errorf("warnings %q", c.Warnings)
	}
}

func TestCensored(t *testing.T) {
	for _, c := range []struct {
		blocks int // of 8 in which the cell is censored
		of     plan.Cell
		want   bool // the ratio is a bound
	}{{8, bufio, true}, {4, bufio, true}, {1, bufio, false}, {0, bufio, false}, {8, direct, true}, {1, direct, false}} {
		trials := pairs(8)
		for i := range trials {
			if trials[i].Cell == c.of.ID && trials[i].Block < c.blocks {
				trials[i].State = results.Censored
				trials[i].Reasons = []string{"reader limited"}
			}
		}
		s := Summarize(manifest(direct, bufio), trials)
		if r := s.Ratios[0]; r.Censored != c.want || r.N != 8 {
			t.Errorf("%d blocks of %s censored: ratio %+v", c.blocks, c.of.ID, r)
		}
		got := find(t, s, c.of)
		if s.CensoredTrials != c.blocks || got.Censored != c.blocks || got.Metrics[goodput].N != 8 {
			t.Errorf("%d blocks censored: %+v", c.blocks, got)
		}
		if (c.blocks == 8) != got.Metrics[goodput].Censored && c.blocks != 4 {
			t.Errorf("%d blocks censored: metric %+v", c.blocks, got.Metrics[goodput])
		}
	}
}

func TestSecondRecordOfABlockCounts(t *testing.T) {
	trials := append(pairs(6), trial(bufio, 3, 7))
	s := Summarize(manifest(direct, bufio), trials)
	if s.ValidTrials != 12 || s.Blocks != 6 {
		t.Errorf("%+v", s)
	}
	if all := collect(manifest(direct, bufio).Plan, trials)[bufio.ID].all; len(all) != 6 || all[3].Metrics[goodput] != 7 {
		t.Errorf("%+v", all)
	}
}

func TestBase(t *testing.T) {
	values := func(kv ...any) plan.Values {
		v := plan.Values{"message": 64.0}
		for i := 0; i < len(kv); i += 2 {
			v[kv[i].(string)] = kv[i+1]
		}
		return v
	}
	d := cell(values("strategy", "direct", "nodelay", true), "a")
	dOff := cell(values("strategy", "direct", "nodelay", false), "a")
	b4 := cell(values("strategy", "bufio", "nodelay", true, "buffer", 4096.0), "a")
	b64 := cell(values("strategy", "bufio", "nodelay", true, "buffer", 65536.0), "a")
	other := cell(values("strategy", "writev", "nodelay", true, "message", 128.0), "a")
	apart := cell(values("strategy", "rawwrite", "nodelay", true), "b")
	p := plan.Plan{Cells: []plan.Cell{d, dOff, b4, b64, other, apart}}
	for _, c := range []struct {
		name string
		cmp  plan.Compare
		cell plan.Cell
		want string // of the base, an error, or "" where there is nothing to compare
	}{
		{"factors that do not apply to the base", byRate, b64, d.ID},
		{"the base itself", byRate, d, ""},
		{"another size", byRate, other, "no cell with strategy=direct agrees"},
		{"another group", byRate, apart, "no cell with strategy=direct agrees"},
		{"not the comparison's group", plan.Compare{Group: "b", Factor: "strategy", Base: "direct"}, b4, ""},
		{"base with a factor more", plan.Compare{Factor: "strategy", Base: "bufio"}, d, "several cells with strategy=bufio"},
		{"a switch", plan.Compare{Factor: "nodelay", Base: true}, dOff, d.ID},
		{"a number", plan.Compare{Factor: "buffer", Base: 4096.0}, b64, b4.ID},
		{"a factor the cell lacks", plan.Compare{Factor: "buffer", Base: 4096.0}, d, ""},
	} {
		base, subject, err := Base(p, c.cmp, c.cell)
		got := base.ID
		if err != nil {
			got = err.Error()
		}
		if subject != (c.want != "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, subject)
		}
	}
}

func TestNoBaseIsAWarning(t *testing.T) {
	m := manifest(bufio)
	var trials []results.Trial
	for b := range 6 {
		trials = append(trials, trial(bufio, b, 1))
	}
	s := Summarize(m, trials)
	if len(s.Ratios) != 0 || !mentions(s.Warnings, "no ratio of goodput_bytes_per_second for 1 cells: no cell with strategy=direct") {
		t.Errorf("%q", s.Warnings)
	}
	if done, _ := Done(m.Plan, trials); !done {
		t.Error("a run waits for a ratio that no block can give")
	}
}

func TestDone(t *testing.T) {
	m := manifest(direct, bufio)
	wild := func(n int) (out []results.Trial) {
		for b := range n {
			out = append(out, trial(direct, b, 100), trial(bufio, b, 100*float64(1+b%4)))
		}
		return out
	}
	half := pairs(6)
	half = half[:len(half)-1]
	for _, c := range []struct {
		name   string
		trials []results.Trial
		done   bool
		known  bool // the widest interval is finite
	}{
		{"nothing", nil, false, false},
		{"five blocks", pairs(5), false, false},
		{"six narrow blocks", pairs(6), true, true},
		{"the sixth not whole", half, false, false},
		{"wide", wild(19), false, true},
		{"wide, at the last block", wild(20), true, true},
	} {
		done, widest := Done(m.Plan, c.trials)
		if done != c.done || math.IsInf(widest, 1) == c.known {
			t.Errorf("%s: %v, ±%g", c.name, done, widest)
		}
	}
	if s := Summarize(m, wild(20)); !mentions(s.Warnings, "1 of 1 ratios have a wider interval than the ±5 % asked for") {
		t.Errorf("%q", s.Warnings)
	}
	m.Plan.Compare = nil
	if done, widest := Done(m.Plan, pairs(6)); done || widest < 0.2 {
		t.Errorf("without comparisons the cells' own intervals count: %v, ±%g", done, widest)
	}
}

func timedTrials(t *testing.T, c plan.Cell, blocks int, state func(int) results.State) (out []results.Trial) {
	t.Helper()
	for b := range blocks {
		h := hdrhistogram.New(1, 60e9, 3)
		for i := range int64(1000) {
			if err := h.RecordValue((1000 + i) * 1000 * (100 + int64(b)) / 100); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := results.EncodeHistogram(h)
		if err != nil {
			t.Fatal(err)
		}
		tr := trial(c, b, 1e6)
		tr.State = state(b)
		tr.Metrics["latency_p99_seconds"] = 99 // the merged histogram's counts
		tr.Histograms = map[string][]byte{results.LatencyHistogram: raw}
		out = append(out, tr)
	}
	return out
}

func TestPercentilesOfMergedHistogram(t *testing.T) {
	timed := cell(plan.Values{"strategy": "bufio", "message": 64.0, "load": "rate"})
	m := manifest(timed)
	m.Plan.Compare = nil
	trials := timedTrials(t, timed, 7, func(b int) results.State {
		if b == 6 {
			return results.Invalid
		}
		return results.Valid
	})
	c := find(t, Summarize(m, trials), timed)
	merged, err := results.MergeHistograms(trials[:6], results.LatencyHistogram)
	if err != nil {
		t.Fatal(err)
	}
	// Of 6000 values, six are beyond p999: too few for an interval.
	for name, q := range map[string]float64{"p50": 50, "p90": 90, "p99": 99, "p999": 99.9, "max": 100} {
		got := c.Metrics["latency_"+name+"_seconds"]
		if want := float64(merged.ValueAtQuantile(q)) / 1e9; math.Abs(got.Median/want-1) > 1e-9 {
			t.Errorf("%s is %g, the merged histogram's is %g", name, got.Median, want)
		}
		if got.N != 6 || got.Unit != "s" || (got.Lo == nil) != (name == "max" || name == "p999") {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Lo != nil && (*got.Lo > got.Median || *got.Hi < got.Median || *got.Hi > 1.4**got.Lo) {
			t.Errorf("%s: %g in %g to %g", name, got.Median, *got.Lo, *got.Hi)
		}
	}
	few := find(t, Summarize(m, trials[:5]), timed)
	if p := few.Metrics["latency_p50_seconds"]; p.Lo != nil || p.N != 5 {
		t.Errorf("interval from 5 blocks: %+v", p)
	}
}

// A tail that comes from one block is said, and its interval is wide.
func TestTailOfOneBlock(t *testing.T) {
	run := timing{ns: []int64{1000, 1e6}}
	for b := range 8 {
		slow := int64(0)
		if b == 0 {
			slow = 50
		}
		run.cum = append(run.cum, []int64{1000 - slow, 1000})
	}
	if n := run.tail(1000e-9); n != 1 {
		t.Errorf("tail comes from %g blocks", n)
	}
	if iv := run.interval(0.999); iv.OK && iv.Hi < 10*iv.Mid {
		t.Errorf("one block makes the tail: %+v", iv)
	}
}

func TestTwoModes(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   bool
	}{
		{[]float64{10, 10.1, 10.2, 20, 20.1, 20.2}, true},
		{[]float64{10, 11, 12, 13, 14, 15}, false},
		{[]float64{10, 10.1, 20, 20.1, 20.2, 20.3}, false}, // two are no group
		{[]float64{10, 10, 10, 10.0001, 10.0001, 10.0001}, false},
		{nil, false},
	} {
		if got := twoModes(c.values); got != c.want {
			t.Errorf("%v: %v", c.values, got)
		}
	}
}

func TestNotesAndTrialWarnings(t *testing.T) {
	trials := pairs(6)
	for i := range trials {
		trials[i].Notes = map[string]string{"segments_per_message": "this system has no TCP_INFO", goodput: "not so"}
		if trials[i].Block < 2 {
			trials[i].Warnings = []string{"clock step"}
		}
	}
	c := find(t, Summarize(manifest(direct, bufio), trials), bufio)
	if fmt.Sprint(c.Notes) != "map[segments_per_message:this system has no TCP_INFO]" || !mentions(c.Warnings, "clock step (in 2 of 6 trials)") {
		t.Errorf("notes %v, warnings %q", c.Notes, c.Warnings)
	}
	if _, ok := c.Metrics["segments_per_message"]; ok {
		t.Error("a metric nobody measured has a figure")
	}
}
