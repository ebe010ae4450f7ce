package chart

import (
	"math"
	"math/rand/v2"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// windows is bufio under an open loop over flush windows, beside direct.
func windows(messages []float64) *run {
	r := newRun("flush-window")
	add := func(strategy string, message, window float64) {
		f := plan.Values{"strategy": strategy, "message": message, "load": "rate", "rate": 10_000.0, "network": "loopback"}
		if window > 0 {
			f["flush"], f["buffer"], f["window"] = "window", 65536.0, window
		}
		c := r.add("window", f)
		calls := 1 / (1 + 1e4*window)
		p50, p99 := 60e-6+window*0.5, 150e-6+window*1.02+message*1e-8
		c.Metrics["write_calls_per_message"] = metric(calls, 0.01, "calls/message", "lower")
		c.Metrics["latency_p50_seconds"] = metric(p50, 0.05, "s", "lower")
		c.Metrics["latency_p99_seconds"] = metric(p99, 0.15, "s", "lower")
	}
	for _, message := range messages {
		add("direct", message, 0)
		for _, w := range []float64{0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1} {
			add("bufio", message, w)
		}
	}
	r.m.Plan.Charts = []plan.Chart{{Kind: "frontier", X: "window"}}
	return r
}

// trips is strategies over round-trip times and message sizes on a link of 100
// Mbit/s that one call in a round trip cannot fill.
func trips(strategies []string, messages []float64) *run {
	r := newRun("rtt")
	for _, strategy := range append([]string{"direct"}, strategies...) {
		for _, rtt := range []float64{0, 0.001, 0.01, 0.04, 0.15} {
			for _, message := range messages {
				f := plan.Values{"strategy": strategy, "message": message, "load": "saturate", "network": "emulated", "rtt": rtt, "bandwidth": 100e6, "loss": 0.0}
				if strategy != "direct" {
					f["buffer"] = 4096.0
				}
				c := r.add("trip", f)
				perSecond, _ := model(strategy, message, 4096)
				goodput := perSecond * message / 10
				if limit := 11.9e6; rtt > 0 {
					inFlight := map[string]float64{"direct": 64e3, "bufio": 600e3, "writev": 500e3}[strategy]
					goodput = math.Min(0.95*limit, math.Min(goodput, inFlight/rtt))
					c.Metrics[limitMetric] = results.Metric{Median: limit, N: 8, Unit: "B/s"}
					c.Metrics[efficiencyMetric] = metric(goodput/limit, 0.03, "", "higher")
				}
				c.Metrics["goodput_bytes_per_second"] = metric(goodput, 0.05, "B/s", "higher")
			}
		}
	}
	r.compare()
	// As compare ignores the round trip, keep ratios of one.
	rtt := map[string]any{}
	for _, c := range r.s.Cells {
		rtt[c.ID] = c.Factors["rtt"]
	}
	var kept []results.Ratio
	for i, x := range r.s.Ratios {
		if rtt[x.Cell] != rtt[x.Base] {
			continue
		}
		if i%11 == 0 {
			x.Lo, x.Hi = nil, nil
		}
		kept = append(kept, x)
	}
	r.s.Ratios = kept
	if len(messages) == 1 {
		r.m.Plan.Charts = []plan.Chart{{Kind: "rtt", X: "rtt"}}
	} else {
		r.m.Plan.Charts = []plan.Chart{{Kind: "heatmap", X: "rtt", Mark: 3.8}}
	}
	return r
}

// networks is strategies under an open loop over named networks.
func networks() *run {
	r := newRun("networks")
	random := rand.New(rand.NewPCG(3, 4))
	delays := []struct {
		name string
		rtt  float64
	}{{"loopback", 1e-5}, {"lan", 5e-4}, {"metro", 5e-3}, {"continent", 0.04}, {"satellite", 0.6}}
	for i, strategy := range []string{"direct", "bufio", "writev"} {
		for _, n := range delays {
			c := r.add("net", plan.Values{"strategy": strategy, "message": 256.0, "network": n.name, "load": "rate", "rate": 1000.0})
			h := hdrhistogram.New(1, 60e9, 3)
			count := 12_000
			if n.name == "satellite" {
				count = 500
			}
			for range count {
				_ = h.RecordValue(int64(1e9 * (n.rtt/2 + 30e-6*math.Exp(0.4*random.NormFloat64()) + 0.1*float64(i)*n.rtt*random.ExpFloat64())))
			}
			r.hists[c.ID] = h
			for _, p := range percentiles {
				if p.metric != "" {
					c.Metrics[p.metric] = metric(float64(h.ValueAtQuantile(100*p.share))/1e9, 0.08, "s", "lower")
				}
			}
		}
	}
	r.m.Plan.Charts = []plan.Chart{{Kind: "latency-profiles", X: "network"}}
	return r
}
