package main

import (
	"maps"
	"math"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// scriptStored makes a run of eight blocks as if it had been measured: two
// saturated cells, with goodput and processor time a little different in each
// block, and write calls to the hundredth.
func scriptStored(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: stored DIR CPU CALLS [STRATEGY]: factors of the usual processor time and of the write calls; one cell alone")
	}
	cpu, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	calls, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	m := results.Manifest{
		Created: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Version: "v1", Host: results.Host{ID: "here", CPU: "cpu", Cores: 2, OS: "linux"},
		Plan: plan.Plan{Name: "smoke", Title: "stored"},
	}
	cells := []plan.Values{{"strategy": "direct"}, {"strategy": "bufio", "flush": "full", "buffer": 4096.0}}
	for _, v := range cells {
		if len(args) > 3 && v["strategy"] != args[3] {
			continue
		}
		maps.Copy(v, plan.Values{"message": 64.0, "load": "saturate", "network": "loopback", "connections": 1.0})
		m.Plan.Cells = append(m.Plan.Cells, plan.Cell{ID: v.ID(), Groups: []string{}, Factors: v, Warmup: 0.05, Window: 0.1})
	}
	run, err := results.Create(ts.MkAbs(args[0]), m)
	ts.Check(err)
	for block := range 8 {
		for i, c := range m.Plan.Cells {
			noise := math.Exp(0.002 * float64(block*3%8-4))
			n := uint64(100000 + 700*block)
			perMessage := 1.0
			if c.Factors["strategy"] == "bufio" {
				perMessage = 1.0 / 64
			}
			ts.Check(run.Append(results.Trial{
				Cell: c.ID, Block: block, Order: i, State: results.Valid, Started: time.Unix(int64(10*block+i), 0).UTC(),
				Metrics: map[string]float64{
					"server_cpu_seconds_per_message": cpu * noise * 1e-6, "goodput_bytes_per_second": 1e8 / noise / cpu,
					"write_calls_per_message": calls * perMessage,
				},
				Counts: map[string]uint64{results.CountMessages: n, results.CountWriteCalls: uint64(math.Ceil(float64(n) * perMessage * calls))},
			}))
		}
	}
	ts.Check(run.Close())
}
