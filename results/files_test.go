package results_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"golang.org/x/perf/benchfmt"
)

func TestLatencyLog(t *testing.T) {
	timed := plan.Values{"strategy": "bufio", "message": 64.0, "load": "rate", "network": "my; 5% link"}
	m := manifest()
	m.Plan.Cells = append(m.Plan.Cells, plan.Cell{ID: timed.ID(), Factors: timed, Window: 1})
	dir := filepath.Join(t.TempDir(), "run")
	r, err := results.Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	read := func() (string, []*hdrhistogram.Histogram) {
		t.Helper()
		if err := r.WriteLatencyLog(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, results.LatencyFile))
		if err != nil {
			t.Fatal(err)
		}
		var out []*hdrhistogram.Histogram
		log := hdrhistogram.NewHistogramLogReader(bytes.NewReader(data))
		for {
			h, err := log.NextIntervalHistogram()
			if err != nil {
				t.Fatal(err)
			}
			if h == nil {
				return string(data), out
			}
			out = append(out, h)
		}
	}

	if text, got := read(); len(got) != 0 || !strings.Contains(text, "#[Histogram log format version 1.3]") {
		t.Errorf("without timed cells: %d histograms in\n%s", len(got), text)
	}
	for block, state := range []results.State{results.Valid, results.Invalid, results.Censored} {
		tr := trial(m.Plan.Cells[2], block)
		tr.State = state
		b, err := results.EncodeHistogram(histogram(t, 1000, 5000))
		if err != nil {
			t.Fatal(err)
		}
		tr.Histograms = map[string][]byte{results.LatencyHistogram: b}
		if err := r.Append(tr); err != nil {
			t.Fatal(err)
		}
	}
	text, got := read()
	if len(got) != 1 || got[0].TotalCount() != 4 {
		t.Fatalf("histograms: %v in\n%s", got, text)
	}
	tag := got[0].Tag()
	if strings.ContainsAny(tag, ", \n") {
		t.Errorf("tag %q", tag)
	}
	if id, err := results.TagCell(tag); err != nil || id != timed.ID() {
		t.Errorf("tag %q is cell %q, %v", tag, id, err)
	}
	if _, err := results.TagCell("100%"); err == nil {
		t.Error("took a tag that is not a cell's")
	}
}

func TestBench(t *testing.T) {
	r, err := results.Create(t.TempDir(), manifest())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for block, state := range []results.State{results.Valid, results.Invalid, results.Censored, results.Valid} {
		tr := trial(r.Manifest.Plan.Cells[1], block)
		tr.State = state
		tr.Metrics["server_cpu_seconds_per_message"] = 2e-6
		if err := r.Append(tr); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(r.Dir, results.BenchFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader := benchfmt.NewReader(f, results.BenchFile)
	lines := 0
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			lines++
			if got := rec.Name.String(); got != "Reproduce3.8x/strategy=bufio/message=64/load=saturate" {
				t.Errorf("name %q", got)
			}
			for unit, want := range map[string]float64{"sec/op": 1e-5, "msg/s": 1e5, "server-cpu-sec/msg": 2e-6} {
				if v, ok := rec.Value(unit); !ok || v < want*0.999 || v > want*1.001 {
					t.Errorf("%s is %g, %v", unit, v, ok)
				}
			}
			if rec.GetConfig("cpu") != "A Processor" || rec.GetConfig("censored-left-out") != "1" {
				t.Errorf("config %v", rec.Config)
			}
		}
	}
	if lines != 2 {
		t.Errorf("%d lines, want the 2 valid trials", lines)
	}
	for unit, want := range map[string]int{"B/s": 1, "ns/op": -1, "latency-p99-ns": -1} {
		if got := reader.Units().GetBetter(unit); got != want {
			t.Errorf("better of %s is %d, want %d", unit, got, want)
		}
	}
}

// Every metric needs a unit of its own: benchstat tells values apart by unit.
func TestBenchUnitsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, d := range plan.Metrics {
		u := results.BenchUnit(d)
		if seen[u] != "" {
			t.Errorf("%s and %s share the unit %s", d.Name, seen[u], u)
		}
		seen[u] = d.Name
	}
}
