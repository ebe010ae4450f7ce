package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/report"
)

var update = flag.Bool("update", false, "write the golden files")

func metric(name string, median, half float64, censored bool) results.Metric {
	d, _ := plan.MetricNamed(name)
	m := results.Metric{Median: median, N: 6, Unit: d.Unit, Better: d.Better, Censored: censored}
	if half >= 0 {
		lo, hi := median-half, median+half
		m.Lo, m.Hi = &lo, &hi
	}
	return m
}

func cell(group, strategy string, message float64, more plan.Values, metrics map[string]results.Metric) results.Cell {
	v := plan.Values{"strategy": strategy, "message": message, "load": "saturate", "nodelay": true, "network": "loopback"}
	for name, x := range more {
		v[name] = x
	}
	return results.Cell{ID: v.ID(), Groups: []string{group}, Factors: v, Metrics: metrics}
}

func ratio(c, base results.Cell, r, half float64) results.Ratio {
	out := results.Ratio{Metric: "goodput_bytes_per_second", Cell: c.ID, Base: base.ID, Ratio: r, N: 6}
	if half >= 0 {
		lo, hi := r-half, r+half
		out.Lo, out.Hi = &lo, &hi
	}
	return out
}

func summary() results.Summary {
	held := plan.Values{"flush": "full", "buffer": 4096.0}
	speed := func(v, half float64, censored bool) map[string]results.Metric {
		return map[string]results.Metric{
			"goodput_bytes_per_second": metric("goodput_bytes_per_second", v, half, censored),
			"write_calls_per_message":  metric("write_calls_per_message", 0.015625, 0, false),
		}
	}
	direct16 := cell("size", "direct", 16, nil, speed(12.3e6, 2e5, false))
	bufio16 := cell("size", "bufio", 16, held, speed(612.7e6, 14.2e6, false))
	direct4k := cell("size", "direct", 4096, nil, speed(2841e6, 35e6, false))
	bufio4k := cell("size", "bufio", 4096, held, speed(2500e6, 31e6, true))
	bufio4k.Censored = 3
	bufio4k.Warnings = []string{"3 of 6 trials censored: reader limited (3)"}
	timed := cell("rate", "bufio", 64, plan.Values{"load": "rate", "rate": 500.0, "flush": "idle"}, map[string]results.Metric{
		"latency_p50_seconds": metric("latency_p50_seconds", 52e-6, 1.2e-6, false),
		"latency_p99_seconds": metric("latency_p99_seconds", 310e-6, -1, false),
		"latency_max_seconds": metric("latency_max_seconds", 4.2e-3, -1, false),
	})
	bound := ratio(bufio4k, direct4k, 0.88, 0.02)
	bound.Censored = true
	return results.Summary{
		Schema: 1, Scenario: "reproduce-3.8x", Title: "bufio.Writer against conn.Write", Blocks: 6, ValidTrials: 27, CensoredTrials: 3, InvalidTrials: 1,
		Cells:    []results.Cell{direct16, bufio16, direct4k, bufio4k, timed},
		Ratios:   []results.Ratio{ratio(bufio16, direct16, 49.8371, 1.4), bound},
		Warnings: []string{"1 of 2 ratios have a wider interval than asked for"},
		Verdicts: []results.Verdict{{
			Claim: "ratio-3.8", Verdict: "holds when", Text: "bufio is 3.8× direct at about 210 B here",
			When: []string{"bufio, buffer 4 KiB: at about 210 B"},
		}},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s: go test -update writes it anew\n%s", path, d)
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	s := summary()
	opt := report.Options{Compare: []plan.Compare{{Factor: "strategy", Base: "direct", Metric: "goodput_bytes_per_second"}}}
	if err := report.Table(&b, s, opt); err != nil {
		t.Fatal(err)
	}
	if err := report.Verdicts(&b, s.Verdicts); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", b.Bytes())
}

// A summary read back from its file prints the same.
func TestTableOfStoredSummary(t *testing.T) {
	data, err := json.Marshal(summary())
	if err != nil {
		t.Fatal(err)
	}
	var s results.Summary
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Table(&b, s, report.Options{Compare: []plan.Compare{{Factor: "strategy", Base: "direct", Metric: "goodput_bytes_per_second"}}}); err != nil {
		t.Fatal(err)
	}
	if err := report.Verdicts(&b, s.Verdicts); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", b.Bytes())
}

func TestTableOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := report.Table(&b, results.Summary{Scenario: "empty", Title: "no trial yet"}, report.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "empty.txt", b.Bytes())
}
