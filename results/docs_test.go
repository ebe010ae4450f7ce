package results_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

var update = flag.Bool("update", false, "write the generated documents")

// docs/metrics.md is made from the metric dictionary.
func TestMetricsDocument(t *testing.T) {
	const path = "../docs/metrics.md"
	got := metricsDocument()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: go test ./results -update writes it anew\n%s", path, d)
	}
}

func metricsDocument() string {
	var b strings.Builder
	b.WriteString(`# Metrics

Made from internal/plan/metric.go by ` + "`go test ./results -update`" + `; do not edit.

Every figure is in base units (bytes, seconds). *Better* says which way is
better; a metric without it describes the run and is neither good nor bad. Timed
metrics exist only where messages carry their intended send time, that is under
every load but ` + "`saturate`" + `. Counted ones are counts per message, which a baseline of
another machine may be held against. A metric that could not be measured is absent,
and the cell's notes say why.

| metric | unit | better | timed | counted | what is counted or timed, and by which clock |
|---|---|---|---|---|---|
`)
	for _, m := range plan.Metrics {
		better, timed, counted := m.Better, "", ""
		if better == "" {
			better = "–"
		}
		if m.Timed {
			timed = "yes"
		}
		if m.Counted {
			counted = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, m.Unit, better, timed, counted, strings.ReplaceAll(m.Doc, "|", "\\|"))
	}
	return b.String()
}

func TestMetricsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range plan.Metrics {
		if seen[m.Name] {
			t.Errorf("%s stands twice in internal/plan/metric.go", m.Name)
		}
		seen[m.Name] = true
		if m.Unit == "" || m.Doc == "" {
			t.Errorf("%s has no unit or no text", m.Name)
		}
	}
}

// docs/results.md names every stored field.
func TestSchemaDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("Schema version: **%d**", results.Schema); !strings.Contains(string(text), want) {
		t.Errorf("docs/results.md lacks %q", want)
	}
	for _, v := range []any{
		results.Manifest{},
		results.Host{},
		results.Link{},
		results.Trial{},
		results.Summary{},
		results.Cell{},
		results.Metric{},
		results.Ratio{},
		results.Verdict{},
		results.Estimate{},
		results.ClaimSet{},
		results.ClaimRun{},
		plan.Plan{},
		plan.Cell{},
		plan.Measure{},
		plan.Compare{},
		plan.Chart{},
		plan.Rule{},
		plan.Server{},
	} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("docs/results.md lacks `%s` of %s", name, typ)
			}
		}
	}
	for _, file := range []string{results.ManifestFile, results.TrialsFile, results.DamagedFile, results.SummaryFile, results.LatencyFile, results.BenchFile, results.ServerLogFile, results.ClaimsFile} {
		if !strings.Contains(string(text), "## `"+file+"`") && !strings.Contains(string(text), "`"+file+"`") {
			t.Errorf("docs/results.md lacks %s", file)
		}
	}
}
