package verdict_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/verdict"
)

// A point is one cell of a synthetic run: what it truly does, and what state
// its trials are in.
type point struct {
	factors plan.Values
	goodput float64 // bytes a second
	calls   float64 // writes a message
	state   results.State
	noise   float64 // sigma of its own log-normal noise; 0: 1 %
}

// synthetic runs the points for some blocks. Every block has a speed of its own
// that its cells share.
func synthetic(points []point, blocks int) (plan.Plan, []results.Trial) {
	r := rand.New(rand.NewPCG(7, 7))
	p := plan.Plan{Name: "synthetic", Compare: []plan.Compare{{Factor: "strategy", Base: "direct", Metric: "goodput_bytes_per_second"}}}
	for _, pt := range points {
		p.Cells = append(p.Cells, plan.Cell{ID: pt.factors.ID(), Groups: []string{"main"}, Factors: pt.factors})
	}
	var trials []results.Trial
	for b := range blocks {
		speed := math.Exp(0.3 * r.NormFloat64())
		for _, pt := range points {
			t := results.Trial{Schema: results.Schema, Cell: pt.factors.ID(), Block: b, State: pt.state, Metrics: map[string]float64{}}
			if pt.state == "" {
				t.State = results.Valid
			}
			if t.State != results.Valid {
				t.Reasons = []string{"made so"}
			}
			noise := pt.noise
			if noise == 0 {
				noise = 0.01
			}
			t.Metrics["goodput_bytes_per_second"] = speed * pt.goodput * math.Exp(noise*r.NormFloat64())
			t.Metrics["messages_per_second"] = t.Metrics["goodput_bytes_per_second"] / pt.factors.Number("message")
			t.Metrics["write_calls_per_message"] = pt.calls
			trials = append(trials, t)
		}
	}
	return p, trials
}

func settle(t *testing.T, claim string, points []point, blocks int) results.Verdict {
	t.Helper()
	p, trials := synthetic(points, blocks)
	s := stats.Summarize(results.Manifest{Plan: p}, trials)
	for _, v := range verdict.All(verdict.Evidence{Summary: s, Plan: p, Trials: trials}) {
		if v.Claim == claim {
			if v.Text == "" || v.Evidence == nil {
				t.Errorf("no text or evidence: %+v", v)
			}
			return v
		}
	}
	t.Fatalf("%s was not settled: %+v", claim, s.Warnings)
	return results.Verdict{}
}

func factors(strategy string, message, buffer float64) plan.Values {
	v := plan.Values{"strategy": strategy, "message": message, "load": "saturate", "nodelay": true}
	if buffer > 0 {
		v["buffer"], v["flush"] = buffer, "full"
	}
	return v
}

// surface has bufio at the given ratios to direct, by message size.
func surface(change func(*point), ratios map[float64]float64) (out []point) {
	for _, size := range slices.Sorted(maps.Keys(ratios)) { // one order, so that the noise is one too
		ratio := ratios[size]
		d := point{factors: factors("direct", size, 0), goodput: 1e8, calls: 1}
		b := point{factors: factors("bufio", size, 4096), goodput: 1e8 * ratio, calls: size / 4096}
		if change != nil {
			change(&b)
		}
		out = append(out, d, b)
	}
	return out
}

var falling = map[float64]float64{16: 50, 64: 18, 128: 6, 256: 2.6, 512: 2, 4096: 0.9}

func TestRatio(t *testing.T) {
	wide := func(p *point) { p.noise = 0.6 }
	state := func(s results.State) func(*point) { return func(p *point) { p.state = s } }
	for name, c := range map[string]struct {
		points []point
		blocks int
		want   string
		text   string
	}{
		"every cell at 3.8":           {surface(nil, map[float64]float64{16: 3.8, 64: 3.8, 256: 3.8}), 8, verdict.Holds, "3.8× direct, within the uncertainty, in each of the 3 cells"},
		"passes 3.8 between two":      {surface(nil, falling), 8, verdict.HoldsWhen, "bufio, buffer 4 KiB is 3.8× direct at about"},
		"at 3.8 in one, above in two": {surface(nil, map[float64]float64{16: 9, 64: 5, 256: 3.8}), 8, verdict.HoldsWhen, "within the uncertainty, at 256 B; it ranges from 9.0× at 16 B to 3.8× at 256 B"},
		"above everywhere":            {surface(nil, map[float64]float64{16: 50, 64: 18, 256: 6}), 8, verdict.Fails, "nowhere 3.8×"},
		"below everywhere":            {surface(nil, map[float64]float64{16: 1.5, 64: 1, 256: 0.9}), 8, verdict.Fails, "nowhere 3.8×"},
		"too few blocks":              {surface(nil, falling), 5, verdict.Undecided, "at least 6 valid blocks"},
		"all trials invalid":          {surface(state(results.Invalid), falling), 8, verdict.Undecided, "none was measured"},
		"too noisy to tell":           {surface(wide, map[float64]float64{16: 3.8, 64: 3.8, 256: 3.8}), 6, verdict.Undecided, "too wide"},
		"at least 2, censored":        {surface(state(results.Censored), map[float64]float64{16: 2, 64: 2, 256: 2}), 8, verdict.Undecided, "faster reader"},
		"at least 9, censored":        {surface(state(results.Censored), map[float64]float64{16: 9, 64: 9, 256: 9}), 8, verdict.Fails, "≥9"},
	} {
		t.Run(name, func(t *testing.T) {
			v := settle(t, "ratio-3.8", c.points, c.blocks)
			if v.Verdict != c.want || !strings.Contains(v.Text, c.text) {
				t.Errorf("%s: %s\nwant %s: %s", v.Verdict, v.Text, c.want, c.text)
			}
		})
	}
}

// The crossing lies where the curve was made to cross, with an interval.
func TestRatioCrossing(t *testing.T) {
	v := settle(t, "ratio-3.8", surface(nil, falling), 12)
	curves := v.Evidence["curves"].([]verdict.Curve)
	if len(curves) != 1 || len(curves[0].Crossings) != 1 {
		t.Fatalf("curves: %+v", curves)
	}
	c := curves[0].Crossings[0]
	want := math.Exp(math.Log(128) + math.Log(6/3.8)/math.Log(6/2.6)*math.Log(2))
	if math.Abs(c.At/want-1) > 0.05 || c.Lo == nil || *c.Lo > c.At || *c.Hi < c.At {
		t.Errorf("crossing %+v, want %.0f", c, want)
	}
	if v.When[0] == "" || !regexp.MustCompile(`it ranges from (49|50|51)× at 16 B to 0\.(89|90|91)× at 4 KiB`).MatchString(v.Text) {
		t.Errorf("%s\n%v", v.Text, v.When)
	}
}

func buffers(speeds [3]float64, change func(*point)) (out []point) {
	const message = 60 // with its 4-byte prefix, 64 bytes on the socket
	out = append(out, point{factors: factors("direct", message, 0), goodput: 1e7, calls: 1})
	for i, size := range []float64{256, 4096, 65536} {
		p := point{factors: factors("bufio", message, size), goodput: speeds[i], calls: 64 / size}
		if change != nil {
			change(&p)
		}
		out = append(out, p)
	}
	return out
}

func TestBuffers(t *testing.T) {
	state := func(s results.State) func(*point) { return func(p *point) { p.state = s } }
	claimed := [3]float64{12.3e6, 187.6e6, 201.4e6}
	for name, c := range map[string]struct {
		points []point
		blocks int
		want   string
		text   string
	}{
		"all as claimed":         {buffers(claimed, nil), 20, verdict.Holds, "write calls for 10 MiB: the claimed figures hold"},
		"one as claimed":         {buffers([3]float64{12.3e6, 900e6, 2e9}, nil), 20, verdict.HoldsWhen, "only some"},
		"all faster":             {buffers([3]float64{90e6, 900e6, 2e9}, nil), 20, verdict.Fails, "write calls for 10 MiB: the claimed figures hold"},
		"counts off":             {buffers(claimed, func(p *point) { p.calls *= 2 }), 20, verdict.HoldsWhen, "measured 81920 instead of 40960"},
		"too few blocks":         {buffers(claimed, nil), 4, verdict.Undecided, "at least 6 valid blocks"},
		"bounds below the claim": {buffers([3]float64{1e6, 9e6, 9e6}, state(results.Censored)), 20, verdict.Undecided, "faster reader"},
		"bounds above the claim": {buffers([3]float64{90e6, 900e6, 2e9}, state(results.Censored)), 20, verdict.Fails, "measured"},
		"nothing valid":          {buffers(claimed, state(results.Invalid)), 20, verdict.Undecided, "no interval"},
	} {
		t.Run(name, func(t *testing.T) {
			v := settle(t, "buffer-size", c.points, c.blocks)
			if v.Verdict != c.want || !strings.Contains(v.Text, c.text) {
				t.Errorf("%s: %s\nwant %s: %s", v.Verdict, v.Text, c.want, c.text)
			}
		})
	}
}

func syscalls(calls float64, change func(*point), ratios map[float64]float64) (out []point) {
	for size, ratio := range ratios {
		raw := point{factors: factors("rawwrite", size, 0), goodput: size / 8.2e-6 * ratio, calls: calls}
		if change != nil {
			change(&raw)
		}
		out = append(out, point{factors: factors("direct", size, 0), goodput: size / 8.2e-6, calls: 1}, raw)
	}
	return out
}

func TestSyscall(t *testing.T) {
	state := func(s results.State) func(*point) { return func(p *point) { p.state = s } }
	const claim = 8.2 / 5.7
	for name, c := range map[string]struct {
		points []point
		blocks int
		want   string
		text   string
	}{
		"as claimed":            {syscalls(1, nil, map[float64]float64{64: claim, 1024: claim}), 10, verdict.Holds, "calls per message: the claimed figures hold"},
		"as claimed at 1 KiB":   {syscalls(1, nil, map[float64]float64{64: 1, 1024: claim}), 10, verdict.Holds, "1.44× at 1 KiB"},
		"as claimed at 64 B":    {syscalls(1, nil, map[float64]float64{64: claim, 1024: 1}), 10, verdict.HoldsWhen, "1.44× at 64 B"},
		"the same speed":        {syscalls(1, nil, map[float64]float64{64: 1, 1024: 1}), 10, verdict.Fails, "instead of 8.2 µs at 1 KiB, conn.Write"},
		"more calls":            {syscalls(2, nil, map[float64]float64{64: claim, 1024: claim}), 10, verdict.Fails, "calls per message: only some"},
		"too few blocks":        {syscalls(1, nil, map[float64]float64{64: claim, 1024: claim}), 3, verdict.Undecided, "at least 6 valid blocks"},
		"a bound below":         {syscalls(1, state(results.Censored), map[float64]float64{1024: 1.1}), 10, verdict.Undecided, "faster reader"},
		"1 KiB settled, 64 not": {append(syscalls(1, state(results.Invalid), map[float64]float64{64: 1}), syscalls(1, nil, map[float64]float64{1024: 1})...), 10, verdict.Fails, "1.00×"},
	} {
		t.Run(name, func(t *testing.T) {
			v := settle(t, "conn-vs-syscall", c.points, c.blocks)
			if v.Verdict != c.want || !strings.Contains(v.Text, c.text) {
				t.Errorf("%s: %s\nwant %s: %s", v.Verdict, v.Text, c.want, c.text)
			}
		})
	}
}

// Only what a plan measures is settled.
func TestApplies(t *testing.T) {
	for _, c := range []struct {
		points []point
		want   string
	}{
		{surface(nil, falling), "[ratio-3.8]"},
		{buffers([3]float64{1, 1, 1}, nil), "[buffer-size]"},
		{syscalls(1, nil, map[float64]float64{64: 1}), "[conn-vs-syscall]"},
		{[]point{{factors: factors("direct", 64, 0), goodput: 1}}, "[]"},
	} {
		p, trials := synthetic(c.points, 6)
		ids := []string{}
		for _, v := range verdict.All(verdict.Evidence{Summary: stats.Summarize(results.Manifest{Plan: p}, trials), Plan: p}) {
			ids = append(ids, v.Claim)
		}
		if got := fmt.Sprint(ids); got != c.want {
			t.Errorf("settled %s, want %s", got, c.want)
		}
	}
}
