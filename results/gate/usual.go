package gate

import (
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// usual are the metrics compared unasked, where any trial has them.
var usual = []string{
	"goodput_bytes_per_second", "write_calls_per_message", "server_cpu_seconds_per_message",
	"latency_p50_seconds", "latency_p99_seconds",
}

// Usual makes rules for comparing stored runs: of the named metrics, which must
// be able to decide, or of the usual ones.
func Usual(p plan.Plan, trials []results.Trial, metrics []string) ([]plan.Rule, error) {
	asked := len(metrics) > 0
	if !asked {
		metrics = usual
	}
	var out []plan.Rule
	for _, name := range metrics {
		r := plan.Rule{Metric: name}
		err := Check(r, p.Cells)
		measured := slices.ContainsFunc(trials, func(t results.Trial) bool { _, ok := t.Metrics[name]; return ok })
		switch {
		case err != nil && asked:
			return nil, fmt.Errorf("metric %s: %w", name, err)
		case err == nil && (asked || measured):
			out = append(out, r)
		}
	}
	return out, nil
}
