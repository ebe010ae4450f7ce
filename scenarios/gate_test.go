package scenarios

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/plan"
)

func TestGateRules(t *testing.T) {
	s, err := Parse("gate.yaml", []byte(`
name: gate
groups:
  - name: size
    matrix: {strategy: [direct, bufio], flush: [full], message: [64B, 1KiB]}
    gate:
      - {metric: write_calls_per_message, cells: {strategy: bufio, message: [64B, 1KiB]}}
  - name: rate
    matrix: {load: rate, message: 64B}
gate:
  - {metric: latency_p99_seconds, least_difference: 10%, confidence: 99%, max_time: 2m}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.Rule{
		{Metric: "write_calls_per_message", Group: "size", Cells: map[string][]any{"strategy": {"bufio"}, "message": {64.0, 1024.0}}},
		{Metric: "latency_p99_seconds", LeastDifference: 0.1, Confidence: 0.99, MaxTime: 120},
	}
	if d := cmp.Diff(want, p.Gate); d != "" {
		t.Error(d)
	}
}
