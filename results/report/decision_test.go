package report_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results/gate"
	"github.com/pushbench/pushbench/results/report"
)

func ptr(x float64) *float64 { return &x }

// decision has every verdict and every method, and names that want to be escaped.
func decision() gate.Decision {
	const cpu, calls, goodput = "server_cpu_seconds_per_message", "write_calls_per_message", "goodput_bytes_per_second"
	return gate.Decision{
		Schema: 1, Scenario: "smoke", Factor: "arm", Base: "base", Head: "head", Blocks: 18, Seconds: 97.4, Intervals: 4, Verdict: gate.Worse,
		Comparisons: []gate.Comparison{
			{Metric: calls, Better: "lower", Cell: "strategy=direct,message=64,load=saturate", Method: gate.Exactly, Verdict: gate.Worse, Ratio: ptr(1.01), Confidence: 1, BaseValue: ptr(1), HeadValue: ptr(1.01), Blocks: 3, Seconds: 14},
			{Metric: calls, Better: "lower", Cell: "strategy=bufio,flush=full,message=64,load=saturate", Method: gate.Exactly, Verdict: gate.Same, Ratio: ptr(1), Confidence: 1, BaseValue: ptr(0.016602), HeadValue: ptr(0.016602), Blocks: 3, Seconds: 14},
			{Metric: cpu, Better: "lower", Cell: "strategy=direct,message=64,load=saturate", Method: gate.Sequence, Verdict: gate.Worse, Ratio: ptr(1.0523), Lo: ptr(1.0277), Hi: ptr(1.0766), LeastDifference: 0.025, Confidence: 0.9875, BaseValue: ptr(6.2e-6), HeadValue: ptr(6.5e-6), Blocks: 14, Seconds: 75},
			{Metric: cpu, Better: "lower", Cell: "strategy=bufio,flush=full,message=64,load=saturate", Method: gate.Sequence, Verdict: gate.Undecided, Why: "the interval reaches across the least difference", Ratio: ptr(1.004), Lo: ptr(0.961), Hi: ptr(1.051), LeastDifference: 0.025, Confidence: 0.9875, BaseValue: ptr(1.2e-7), HeadValue: ptr(1.21e-7), Blocks: 18, Seconds: 97},
			{Metric: goodput, Better: "higher", Cell: "server=a|b<c>%\n::error::x,message=64", Method: gate.OneLook, Verdict: gate.Better, Ratio: ptr(18.2), Lo: ptr(17.1), Hi: ptr(19.4), LeastDifference: 0.025, Confidence: 0.9875, BaseValue: ptr(3e6), HeadValue: ptr(54e6), Blocks: 18, Seconds: 97},
			{Metric: "allocs_per_message", Better: "lower", Cell: "strategy=direct,message=64,load=saturate", Method: gate.Sequence, Verdict: gate.Unmeasured, Why: "no block has a ratio of it: this system does not count it", LeastDifference: 0.025, Confidence: 0.9875},
		},
		Notes: []string{"left out, since the base was measured on another machine: goodput_bytes_per_second"},
	}
}

// TestDecisionFiles holds every form of a decision against its golden file.
func TestDecisionFiles(t *testing.T) {
	for name, write := range map[string]func(io.Writer, gate.Decision) error{
		"decision.txt": report.Decision, "decision.xml": report.JUnit, "decision.md": report.Markdown, "annotations.txt": report.Annotations,
	} {
		var got bytes.Buffer
		if err := write(&got, decision()); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got.String()); d != "" {
			t.Errorf("%s: go test ./results/report -update writes it anew\n%s", file, d)
		}
	}
}

// A viewer of JUnit XML counts what the decision has.
func TestJUnitCounts(t *testing.T) {
	var text bytes.Buffer
	if err := report.JUnit(&text, decision()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Suites []struct {
			Tests    int        `xml:"tests,attr"`
			Failures int        `xml:"failures,attr"`
			Errors   int        `xml:"errors,attr"`
			Skipped  int        `xml:"skipped,attr"`
			Cases    []struct{} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	var tests, cases, failures, errs, skipped int
	for _, s := range got.Suites {
		tests, cases, failures, errs, skipped = tests+s.Tests, cases+len(s.Cases), failures+s.Failures, errs+s.Errors, skipped+s.Skipped
	}
	if tests != 6 || cases != 6 || failures != 2 || errs != 1 || skipped != 1 {
		t.Errorf("%d tests, %d cases, %d failures, %d errors, %d skipped", tests, cases, failures, errs, skipped)
	}
}

// Text from a scenario is one annotation, whatever it holds.
func TestAnnotationsAreEscaped(t *testing.T) {
	d := decision()
	d.Scenario = "a,b:c\n::error::d"
	d.Comparisons[0].Cell = "x%0A\r\n::set-output name=y::z"
	var text bytes.Buffer
	if err := report.Annotations(&text, d); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		if !strings.HasPrefix(line, "::error title=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ad%3A ") && !strings.HasPrefix(line, "::warning title=a%2C") {
			t.Errorf("%q", line)
		}
	}
}
