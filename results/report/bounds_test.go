package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/report"
)

// A writer that its reader held back could have been faster, and cheaper: of a ratio
// to it the one is at most, and the other at least, what was measured.
func TestRatioToABound(t *testing.T) {
	for metricName, want := range map[string]string{"goodput_bytes_per_second": "≤2.00×", "server_cpu_seconds_per_message": "≥2.00×"} {
		direct := cell("size", "direct", 64, nil, map[string]results.Metric{metricName: metric(metricName, 1e-6, -1, true)})
		direct.Censored = 6
		bufio := cell("size", "bufio", 64, nil, map[string]results.Metric{metricName: metric(metricName, 2e-6, -1, false)})
		r := ratio(bufio, direct, 2, -1)
		r.Metric, r.Censored = metricName, true
		s := results.Summary{Cells: []results.Cell{direct, bufio}, Ratios: []results.Ratio{r}}
		var text bytes.Buffer
		if err := report.Table(&text, s, report.Options{Compare: []plan.Compare{{Factor: "strategy", Base: "direct", Metric: metricName}}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("%s: no %s in\n%s", metricName, want, text.String())
		}
	}
}
