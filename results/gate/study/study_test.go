package study

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

const cpu = "server_cpu_seconds_per_message"

// synthetic is a study of so many blocks whose weather the arms share, and whose
// estimates scatter by sd.
func synthetic(blocks int, sd, slower float64) *results.Run {
	r := rand.New(rand.NewPCG(5, 7))
	run := &results.Run{Manifest: results.Manifest{Schema: 1, Plan: plan.Plan{Name: "study"}}}
	for _, arm := range []string{Base, Again, Slow} {
		v := plan.Values{"strategy": "direct", "message": 64.0, "load": "saturate", "network": "loopback", "connections": 1.0, "arm": arm}
		run.Manifest.Plan.Cells = append(run.Manifest.Plan.Cells, plan.Cell{ID: "arm=" + arm + "," + v.ID(), Factors: v})
	}
	weather := 0.0
	for block := range blocks {
		if r.Float64() < 0.05 {
			weather = 0.4 - weather
		}
		for i, c := range run.Manifest.Plan.Cells {
			x, extra := weather+sd/math.Sqrt2*r.NormFloat64(), uint64(0)
			if c.Factors["arm"] == Slow {
				x, extra = x+math.Log1p(slower), 100
			}
			run.Trials = append(run.Trials, results.Trial{
				Cell: c.ID, Block: block, State: results.Valid, Started: time.Unix(int64(6*block+i), 0),
				Metrics: map[string]float64{cpu: 1e-6 * math.Exp(x), "write_calls_per_message": 1},
				Counts:  map[string]uint64{results.CountMessages: 10000, results.CountWriteCalls: 10000 + extra},
			})
		}
	}
	return run
}

// The gate finds what is slower and seldom anything else; the methods beside it
// are held to nothing here, but they see the same samples.
func TestStudy(t *testing.T) {
	run := synthetic(900, 0.03, 0.05)
	all, err := rows(run, []plan.Rule{{Metric: cpu}, {Metric: "write_calls_per_message"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2*(1+len(rivals)) {
		t.Fatalf("%d rows", len(all))
	}
	for i := 0; i < len(all); i += 1 + len(rivals) {
		r := all[i]
		if n := len(r.slow.Segments); r.alarms.k > 0 || n < 10 || r.found.k < n*9/10 {
			t.Errorf("%s: %d false alarms in %d segments, found in %d of %d", r.metric, r.alarms.k, r.alarms.n, r.found.k, n)
		}
	}
	var text bytes.Buffer
	if err := Write(&text, run, nil); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	for _, want := range []string{"pushbench gate", "Mann–Whitney", "threshold", "a, again"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the tables lack %q", want)
		}
	}
}

// Segments share no block and leave none out before the last.
func TestSegmentsAreContiguous(t *testing.T) {
	all, err := rows(synthetic(300, 0.03, 0.05), []plan.Rule{{Metric: cpu}})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, s := range all[0].again.Segments {
		sum += s.Blocks
	}
	if sum > 300 || sum < 150 {
		t.Errorf("%d of 300 blocks are in segments", sum)
	}
}

func TestStudyWithoutArms(t *testing.T) {
	run := synthetic(3, 0.01, 0)
	run.Manifest.Plan.Cells = run.Manifest.Plan.Cells[:2]
	if err := Write(&bytes.Buffer{}, run, nil); err == nil || !strings.Contains(err.Error(), "no cell can be held against") {
		t.Errorf("without the slow arm: %v", err)
	}
}
