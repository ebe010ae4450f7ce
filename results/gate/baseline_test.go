package gate

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// runOf is a stored run of one cell on a machine: calls by the hundred messages,
// processor time by the logarithms.
func runOf(machine string, calls uint64, logs []float64) *results.Run {
	v := plan.Values{"strategy": "direct", "message": 64.0, "load": "saturate", "network": "loopback", "connections": 1.0}
	c := plan.Cell{ID: v.ID(), Factors: v, Warmup: 0.05, Window: 0.1}
	run := &results.Run{Dir: "run", Manifest: results.Manifest{
		Schema: 1, Created: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Version: "v1",
		Plan: plan.Plan{Name: "test", Cells: []plan.Cell{c}}, Host: results.Host{ID: machine, CPU: "cpu", Cores: 2, OS: "linux"},
	}}
	for i, x := range logs {
		n := uint64(10000 + 700*i)
		run.Trials = append(run.Trials, results.Trial{
			Cell: c.ID, Block: i, State: results.Valid, Started: time.Unix(int64(i), 0),
			Metrics: map[string]float64{cpu: 1e-6 * math.Exp(x), "write_calls_per_message": float64(calls) / 100},
			Counts:  map[string]uint64{results.CountMessages: n, results.CountWriteCalls: n * calls / 100},
		})
	}
	return run
}

var calm = []float64{0.001, -0.001, 0.002, -0.002, 0.0015, -0.0015, 0.001, -0.001}

func baselineOf(t testing.TB, run *results.Run) Baseline {
	t.Helper()
	b, err := NewBaseline(run, Rules(run.Manifest.Plan))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func plus(x []float64, d float64) (out []float64) {
	for _, v := range x {
		out = append(out, v+d)
	}
	return out
}

func TestAgainstBaseline(t *testing.T) {
	b := baselineOf(t, runOf("here", 100, calm))
	for _, c := range []struct {
		name    string
		run     *results.Run
		verdict Verdict
		notes   int
	}{
		{"the same", runOf("here", 100, calm), Same, 0},
		{"one call more in 100 messages", runOf("here", 101, calm), Worse, 0},
		{"5 % more processor time", runOf("here", 100, plus(calm, 0.05)), Worse, 0},
		{"the same elsewhere", runOf("there", 100, calm), Same, 1},
		{"one call more elsewhere", runOf("there", 101, calm), Worse, 1},
		{"5 % more processor time elsewhere", runOf("there", 100, plus(calm, 0.05)), Same, 1},
		{"one block", runOf("here", 100, calm[:1]), Undecided, 0},
		{"nothing measured", runOf("here", 100, nil), Unmeasured, 0},
	} {
		d, err := Against(b, c.run, Rules(c.run.Manifest.Plan))
		if err != nil || d.Verdict != c.verdict || len(d.Notes) != c.notes {
			t.Errorf("%s: %v, %+v", c.name, err, d)
		}
		for _, n := range d.Notes {
			if !strings.Contains(n, cpu) || !strings.Contains(n, "another machine") {
				t.Errorf("%s: note %q", c.name, n)
			}
		}
	}
}

// A file holds one fact a line and comes back as it was.
func TestBaselineFile(t *testing.T) {
	dir := t.TempDir()
	b := baselineOf(t, runOf("here", 100, calm))
	name, err := b.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadBaseline(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b, got); d != "" {
		t.Error(d)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := `      "write_calls_per_message": {"tally":{"count":99600,"per":99600,"trials":8}}
`
	if !strings.Contains(string(text), want) || strings.Count(string(text), "\n") != 14 {
		t.Errorf("%s", text)
	}
}

func TestUnusableBaselines(t *testing.T) {
	run := runOf("here", 100, calm)
	whole, err := baselineOf(t, run).text()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		text     []byte
		says     string
		accepted bool // by the reader; then Against refuses it
	}{
		{"empty", nil, "cut short", false},
		{"cut short", whole[:len(whole)/2], "cut short", false},
		{"of a later version", bytes.Replace(whole, []byte(`"schema": 1`), []byte(`"schema": 2`), 1), "written by a newer pushbench", false},
		{"without a version", bytes.Replace(whole, []byte(`"schema"`), []byte(`"scheme"`), 1), "no version of a baseline", false},
		{"with more behind", append(bytes.Clone(whole), whole...), "there is more", false},
		{"with values below zero", bytes.Replace(whole, []byte(`"values":[`), []byte(`"values":[-1,`), 1), "none is below 0", false},
		{"with a tally of nothing", bytes.Replace(whole, []byte(`"per":99600`), []byte(`"per":0`), 1), "a tally of nothing", false},
		{"of another scenario", bytes.Replace(whole, []byte(`"test"`), []byte(`"smoke"`), 1), `is of scenario "smoke"`, true},
		{"of other cells", bytes.Replace(whole, []byte(`"hash": "`), []byte(`"hash": "0`), 1), "of other cells or times", true},
		{"without the cell", bytes.Replace(whole, []byte("message=64"), []byte("message=65"), 1), "the baseline lacks", true},
		{"without the metric", bytes.Replace(whole, []byte("write_calls"), []byte("wrote_calls"), 1), "the baseline lacks", true},
	} {
		b, err := ParseBaseline(c.text)
		if c.accepted && err == nil {
			_, err = Against(b, run, Rules(run.Manifest.Plan))
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("a baseline %s: %v, want %q", c.name, err, c.says)
		}
	}
	if _, err := ReadBaseline(t.TempDir(), "test"); err == nil || !strings.Contains(err.Error(), "there is no baseline of scenario test") {
		t.Errorf("no file: %v", err)
	}
	if err := os.Mkdir(filepath.Join(t.TempDir(), "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := NewBaseline(runOf("here", 100, calm[:3]), Rules(run.Manifest.Plan)); err == nil || !strings.Contains(err.Error(), "3 valid blocks; 6 are needed") {
		t.Errorf("of three blocks: %v", err)
	}
}

// What is measured decides the hash; what is made of it does not.
func TestHash(t *testing.T) {
	p := runOf("here", 100, calm).Manifest.Plan
	was := HashOf(p)
	p.Title, p.Seed, p.Measure.MaxBlocks, p.Gate = "new", 9, 50, []plan.Rule{{Metric: cpu}}
	if HashOf(p) != was {
		t.Error("the title, the seed, the blocks or the rules changed the hash")
	}
	p.Cells[0].Window *= 2
	if HashOf(p) == was {
		t.Error("another window has the same hash")
	}
}

// Whatever a file holds, reading it ends in an error or in a baseline that can be
// compared with and written again.
func FuzzParseBaseline(f *testing.F) {
	run := runOf("here", 100, calm)
	whole, err := baselineOf(f, run).text()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{whole, whole[:100], nil, []byte("{}"), []byte(`{"schema":1,"scenario":"a","hash":"b","cells":{"c":{"d":{"values":[1]}}}}`), bytes.ReplaceAll(whole, []byte("1e-06"), []byte("1e308"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := ParseBaseline(text)
		if err != nil {
			return
		}
		b.Scenario, b.Hash = run.Manifest.Plan.Name, HashOf(run.Manifest.Plan)
		if d, err := Against(b, run, Rules(run.Manifest.Plan)); err == nil && len(d.Comparisons) == 0 {
			t.Errorf("nothing was compared and nothing is wrong: %+v", d)
		}
		again, err := b.text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseBaseline(again)
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		if fmt.Sprint(back) == "" {
			t.Error("nothing came back")
		}
	})
}
