package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/server/strategy"
)

// example is the one of the design.
const example = `name: reproduce-3.8x
title: bufio.Writer against conn.Write, by message size
matrix:
  strategy: [direct, bufio, writev]
  flush: [full]            # direct knows only each: this factor does not apply to it
  buffer: [4KiB]
  message: [16B, 64B, 128B, 256B, 512B, 1KiB, 4KiB]
  nodelay: [true]
  network: [loopback]
load: {mode: saturate, connections: 1}
measure: {warmup: 200ms, window: 500ms, blocks: {min: 6, max: 20}, until: 5%, budget: 3m}
compare: {factor: strategy, base: direct, metric: goodput_bytes_per_second}
charts:
  - {kind: throughput, x: message, series: strategy}
  - {kind: ratio, x: message, series: strategy, mark: 3.8}
`

func parse(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func planOf(t *testing.T, text string, opt Options) plan.Plan {
	t.Helper()
	p, err := parse(t, text).Plan(opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ids(p plan.Plan) (out []string) {
	for _, c := range p.Cells {
		out = append(out, c.ID)
	}
	return out
}

func TestExample(t *testing.T) {
	p := planOf(t, example, Options{})
	if len(p.Cells) != 21 {
		t.Errorf("%d cells, want 21:\n%s", len(p.Cells), strings.Join(ids(p), "\n"))
	}
	first := p.Cells[0]
	want := plan.Cell{
		ID: "strategy=direct,message=16,load=saturate", Groups: []string{}, Warmup: 0.2, Window: 0.5,
		Factors: plan.Values{
			"transport": "tcp", "strategy": "direct", "message": 16.0, "nodelay": true, "sndbuf": 0.0,
			"congestion": "cubic", "read_size": 262144.0, "network": "loopback", "load": "saturate", "connections": 1.0,
		},
	}
	for _, f := range plan.Factors { // factors added later are at their default
		if _, ok := want.Factors[f.Name]; !ok {
			if x, has := first.Factors[f.Name]; has && x == f.Default {
				want.Factors[f.Name] = x
			}
		}
	}
	if d := cmp.Diff(want, first); d != "" {
		t.Error(d)
	}
	p.Cells = nil
	if d := cmp.Diff(plan.Plan{
		Name: "reproduce-3.8x", Title: "bufio.Writer against conn.Write, by message size", Seed: 1,
		Measure: plan.Measure{MinBlocks: 6, MaxBlocks: 20, Until: 0.05, Budget: 180},
		Compare: []plan.Compare{{Factor: "strategy", Base: "direct", Metric: "goodput_bytes_per_second"}},
		Charts: []plan.Chart{
			{Kind: "throughput", X: "message", Series: "strategy", Metric: "goodput_bytes_per_second"},
			{Kind: "ratio", X: "message", Series: "strategy", Metric: "goodput_bytes_per_second", Mark: 3.8},
		},
	}, p); d != "" {
		t.Error(d)
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        Options
		want       []string
	}{
		{
			"cells that differ in what does not apply are one",
			"name: a\nmatrix: {strategy: [direct, bufio], flush: [each, window], buffer: [1KiB], window: [1ms, 2ms]}",
			Options{},
			[]string{
				"strategy=direct,message=64,load=saturate",
				"strategy=bufio,buffer=1024,message=64,load=saturate",
				"strategy=bufio,flush=window,buffer=1024,window=0.001,message=64,load=saturate",
				"strategy=bufio,flush=window,buffer=1024,window=0.002,message=64,load=saturate",
			},
		},
		{
			"a rate does not apply to saturated cells",
			"name: a\nmatrix: {load: [saturate, rate], rate: [1k/s, 2k/s]}",
			Options{},
			[]string{
				"strategy=direct,message=64,load=saturate",
				"strategy=direct,message=64,load=rate",
				"strategy=direct,message=64,load=rate,rate=2000",
			},
		},
		{
			"exclude leaves out, cases add, load is a default",
			"name: a\nmatrix: {strategy: [direct, bufio], nodelay: [true, false]}\nexclude: [{strategy: bufio, nodelay: false}]\ncases: [{message: 1KiB, connections: 8}]\nload: {connections: 2}",
			Options{},
			[]string{
				"strategy=direct,message=64,load=saturate,connections=2",
				"strategy=direct,message=64,nodelay=false,load=saturate,connections=2",
				"strategy=bufio,message=64,load=saturate,connections=2",
				"strategy=direct,message=1024,load=saturate,connections=8",
			},
		},
		{
			"set replaces in matrix, cases and load, and drops what no longer applies",
			"name: a\nmatrix: {strategy: [bufio], flush: [full], message: [64B, 1KiB]}\ncases: [{strategy: writev, flush: idle}]",
			Options{Set: []string{"message=128B,256B", "strategy=direct,bufio"}},
			[]string{
				"strategy=direct,message=128,load=saturate",
				"strategy=direct,message=256,load=saturate",
				"strategy=bufio,flush=full,message=128,load=saturate",
				"strategy=bufio,flush=full,message=256,load=saturate",
				"strategy=bufio,flush=idle,message=128,load=saturate",
				"strategy=bufio,flush=idle,message=256,load=saturate",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, ids(planOf(t, c.text, c.opt))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestGroupsShareCells(t *testing.T) {
	p := planOf(t, `name: a
measure: {warmup: 10ms}
groups:
  - name: one
    matrix: {strategy: [direct, bufio]}
    measure: {window: 2s}
    compare: {factor: strategy, base: direct, metric: messages_per_second}
  - name: two
    matrix: {strategy: [direct, writev]}
    measure: {window: 1s, warmup: 20ms}
`, Options{})
	want := map[string]plan.Cell{
		"direct": {Groups: []string{"one", "two"}, Warmup: 0.02, Window: 2},
		"bufio":  {Groups: []string{"one"}, Warmup: 0.01, Window: 2},
		"writev": {Groups: []string{"two"}, Warmup: 0.02, Window: 1},
	}
	for _, c := range p.Cells {
		w := want[c.Factors.Text("strategy")]
		if d := cmp.Diff(w.Groups, c.Groups); d != "" || c.Warmup != w.Warmup || c.Window != w.Window {
			t.Errorf("%s: %v %v %v, want %v", c.ID, c.Groups, c.Warmup, c.Window, w)
		}
	}
	if len(p.Cells) != 3 || p.Compare[0].Group != "one" {
		t.Errorf("%d cells, compare %v", len(p.Cells), p.Compare)
	}
}

func TestOptions(t *testing.T) {
	p := planOf(t, example, Options{Quick: true, Seed: 7})
	if p.Seed != 7 || p.Measure != (plan.Measure{MinBlocks: 6, MaxBlocks: 6, Until: 0.05, Budget: 50}) || p.Cells[0].Warmup != 0.05 || p.Cells[0].Window != 0.15 {
		t.Errorf("quick: %+v, cell %+v", p.Measure, p.Cells[0])
	}
	if most := Estimate(p).Most; most != 6*21*260*time.Millisecond {
		t.Errorf("quick takes up to %v", most)
	}
	p = planOf(t, example, Options{Blocks: 40})
	if p.Measure.MinBlocks != 40 || p.Measure.MaxBlocks != 40 || p.Measure.Budget.Duration() < Estimate(p).Least {
		t.Errorf("blocks: %+v", p.Measure)
	}
}

func TestQuickTimes(t *testing.T) {
	p := planOf(t, `name: x
measure: {warmup: 2s, window: 1s, quick_warmup: 300ms, blocks: {min: 1, max: 2}}
groups:
  - {name: a, matrix: {message: [64B, 1KiB]}}
  - {name: b, matrix: {message: [1KiB]}, measure: {quick_window: 5s}}
`, Options{Quick: true})
	for i, want := range []quickly{{0.3, 0.15}, {0.3, 1}} {
		if c := p.Cells[i]; c.Warmup != want.warmup || c.Window != want.window {
			t.Errorf("%s: %v and %v, want %v", c.ID, c.Warmup, c.Window, want)
		}
	}
	if p.Measure.MaxBlocks != 2 {
		t.Errorf("%d blocks, want those of the scenario", p.Measure.MaxBlocks)
	}
}

func TestOptionMistakes(t *testing.T) {
	s := parse(t, example)
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{Set: []string{"mesage=64B"}}, `--set mesage=64B: unknown factor "mesage"; did you mean message?`},
		{Options{Set: []string{"message"}}, `--set message: factor=value is meant`},
		{Options{Set: []string{"message=8B"}}, `--set message=8B: message 8 B is too little`},
		{Options{Set: []string{"message="}}, `--set message=: message: nothing is written`},
		{Options{Set: []string{"message=1KiB,1024B"}}, `1 KiB is in the list already`},
		{Options{Set: []string{"message=64B", "message=16B"}}, `message is set twice`},
		{Options{Set: []string{"rate=500/s"}}, `--set rate=500/s: applies to no cell: it needs load: rate`},
		{Options{Set: []string{"strategy=bufio"}}, `f.yaml:12:35: no cell has strategy direct to compare with; there are bufio`},
		{Options{Set: []string{"connections=1,2,3,4"}}, `over the budget of 3 m`},
		{Options{Blocks: -1}, `--blocks: a number of 1 or more is meant`},
	} {
		_, err := s.Plan(c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Plan(%+v): %v, want %q", c.opt, err, c.want)
		}
	}
	if _, err := s.Plan(Options{Set: []string{"connections=1,2,3,4"}, Blocks: 6}); err != nil {
		t.Errorf("an explicit number of blocks goes over the budget: %v", err)
	}
}

func TestFlushThatAStrategyDoesNotKnow(t *testing.T) {
	before := strategy.Table
	t.Cleanup(func() { strategy.Table = before })
	strategy.Table = append(before[:len(before):len(before)], strategy.Spec{Name: "half", Factors: []string{"flush"}, Flush: []string{"each", "idle"}})
	const head = "name: a\nmatrix: {strategy: [bufio, half], flush: [idle, full]}\n"
	_, err := Parse("f.yaml", []byte(head))
	if want := "f.yaml:2:49: strategy half does not know flush full, only each, idle"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Parse: %v, want %q", err, want)
	}
	if p := planOf(t, head+"exclude: [{strategy: half, flush: full}]", Options{}); len(p.Cells) != 3 {
		t.Errorf("%d cells, want 3", len(p.Cells))
	}
}

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("\ufeff"+strings.ReplaceAll(example, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if s.File != file || s.Name != "reproduce-3.8x" || !strings.HasPrefix(s.Text, "\ufeffname") {
		t.Errorf("%q %q", s.File, s.Name)
	}
	for name, want := range map[string]string{
		"smok":                          `unknown scenario "smok"; did you mean smoke?`,
		"no/such.yaml":                  "cannot read the scenario: open no/such.yaml",
		filepath.Dir(file):              "cannot read the scenario: ",
		"missing.yaml":                  "cannot read the scenario: open missing.yaml",
		"../scenarios/no-such-scenario": "cannot read the scenario: ",
	} {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%s): %v, want %q", name, err, want)
		}
	}
}

func TestList(t *testing.T) {
	var names []string
	for _, i := range List() {
		names = append(names, i.Name)
		if i.Title == "" || i.Title == i.Name {
			t.Errorf("%s has no title", i.Name)
		}
	}
	for _, want := range []string{"buffer-size", "conn-vs-syscall", "latency-vs-rate", "reproduce-3.8x", "smoke"} {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+want+" ") {
			t.Errorf("%s is not in %v", want, names)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	for _, name := range builtins() {
		text, err := files.ReadFile(name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		"name: a\nmatrix: {? a : b}", "a: &a [*a]", "- - - a", "name: |\n  a\n", "{a: ", "\t", "!!map", "name: 'a", "%YAML 1.2\n---\nname: a\n...",
		"name: a\ncases: [{}, {message: 16B}]\ncompare: []\ncharts: [{kind: ratio}]", "0: .inf\n.nan: ~", "[a]: b",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("f.yaml", text)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		for _, opt := range []Options{{}, {Quick: true}, {Blocks: 3}, {Set: []string{"message=16B,1KiB"}}} {
			p, err := s.Plan(opt)
			if err != nil {
				if opt.Set == nil {
					t.Errorf("Parse accepts what Plan(%+v) refuses: %v", opt, err)
				}
				continue
			}
			if len(p.Cells) == 0 || len(p.Cells) > MaxCells || p.Name == "" {
				t.Errorf("plan of %d cells named %q", len(p.Cells), p.Name)
			}
		}
	})
}
