package chart

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A run is a synthetic one: what Draw takes.
type run struct {
	m     results.Manifest
	s     results.Summary
	hists map[string]*hdrhistogram.Histogram
}

func newRun(name string) *run {
	return &run{
		m: results.Manifest{
			Created: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Version: "v0.1.0",
			Plan: plan.Plan{Name: name},
			Host: results.Host{OS: "linux", Kernel: "6.12.8-amd64", CPU: "AMD EPYC 7B13 64-Core Processor", Cores: 2},
		},
		s:     results.Summary{Scenario: name, Blocks: 8},
		hists: map[string]*hdrhistogram.Histogram{},
	}
}

// model is a made-up machine: a write call costs 1.2 µs, a byte 0.25 ns, a copy
// into a buffer 0.1 ns a byte and 4 ns a message. It returns messages and write
// calls per second and per message.
func model(strategy string, message, buffer float64) (perSecond, calls float64) {
	const call, wire, copied, step = 1.2e-6, 0.25e-9, 0.1e-9, 4e-9
	calls = 1
	cost := wire * message
	switch strategy {
	case "bufio", "cork", "more":
		calls = math.Min(1, message/buffer)
		cost += copied*message + step
		if strategy != "bufio" {
			calls *= 3
		}
	case "writev":
		calls = math.Max(1.0/1024, math.Min(1, message/buffer))
		cost += 12e-9
	}
	return 1 / (cost + calls*call), calls
}

func bounds(v, relative float64) (lo, hi *float64) {
	l, h := v*(1-relative), v*(1+relative)
	return &l, &h
}

func metric(v, relative float64, unit, better string) results.Metric {
	lo, hi := bounds(v, relative)
	return results.Metric{Median: v, Lo: lo, Hi: hi, N: 8, Unit: unit, Better: better}
}

// add puts a cell into the run and returns it.
func (r *run) add(group string, f plan.Values) *results.Cell {
	strategy, message := f.Text("strategy"), f.Number("message")
	perSecond, calls := model(strategy, message, f.Number("buffer"))
	if f["nodelay"] == false {
		perSecond *= 1.3
	}
	r.s.Cells = append(r.s.Cells, results.Cell{
		ID: group + ":" + f.ID(), Groups: []string{group}, Factors: f,
		Metrics: map[string]results.Metric{
			"goodput_bytes_per_second": metric(perSecond*message, 0.06, "B/s", "higher"),
			"messages_per_second":      metric(perSecond, 0.06, "1/s", "higher"),
			"write_calls_per_message":  metric(calls, 0.002, "calls/message", "lower"),
		},
		Notes: map[string]string{},
	})
	return &r.s.Cells[len(r.s.Cells)-1]
}

// compare adds the ratios of every cell to the one of strategy direct that
// agrees on message and nodelay.
func (r *run) compare() {
	r.m.Plan.Compare = []plan.Compare{{Factor: "strategy", Base: "direct", Metric: "goodput_bytes_per_second"}}
	for _, c := range r.s.Cells {
		for _, b := range r.s.Cells {
			agree := c.Factors["message"] == b.Factors["message"] && c.Factors["nodelay"] == b.Factors["nodelay"]
			if b.Factors.Text("strategy") != "direct" || c.ID == b.ID || !agree || c.Groups[0] != b.Groups[0] {
				continue
			}
			v := c.Metrics["goodput_bytes_per_second"].Median / b.Metrics["goodput_bytes_per_second"].Median
			lo, hi := bounds(v, 0.08)
			r.s.Ratios = append(r.s.Ratios, results.Ratio{Metric: "goodput_bytes_per_second", Cell: c.ID, Base: b.ID, Group: c.Groups[0], Ratio: v, Lo: lo, Hi: hi, N: 8})
		}
	}
}

var sizes = []float64{16, 64, 128, 256, 512, 1024, 4096}

// bySize is strategies over message sizes; each buffer size multiplies those
// that have one, each nodelay all.
func bySize(strategies []string, buffers []float64, nodelays []bool) *run {
	r := newRun("reproduce-3.8x")
	for _, strategy := range strategies {
		for _, message := range sizes {
			for _, nodelay := range nodelays {
				f := func() plan.Values {
					return plan.Values{"strategy": strategy, "message": message, "nodelay": nodelay, "network": "loopback", "load": "saturate", "connections": 1.0, "congestion": "cubic"}
				}
				if strategy == "direct" || strategy == "rawwrite" {
					r.add("size", f())
					continue
				}
				for _, b := range buffers {
					v := f()
					v["buffer"], v["flush"] = b, "full"
					r.add("size", v)
				}
			}
		}
	}
	r.compare()
	r.m.Plan.Charts = []plan.Chart{
		{Kind: "throughput", X: "message", Series: "strategy"},
		{Kind: "ratio", X: "message", Series: "strategy", Mark: 3.8},
		{Kind: "calls", X: "message", Series: "strategy"},
	}
	return r
}

// byBuffer is one message size over buffer sizes, with direct as the flat line.
func byBuffer() *run {
	r := newRun("buffer-size")
	base := plan.Values{"message": 64.0, "network": "loopback", "load": "saturate", "nodelay": true}
	with := func(strategy string, buffer float64) plan.Values {
		f := plan.Values{"strategy": strategy}
		for k, v := range base {
			f[k] = v
		}
		if buffer > 0 {
			f["buffer"] = buffer
		}
		return f
	}
	r.add("buffer", with("direct", 0))
	for _, b := range []float64{64, 256, 4096, 65536, 1 << 20} {
		r.add("buffer", with("bufio", b))
		r.add("buffer", with("writev", b))
	}
	r.compare()
	r.m.Plan.Charts = []plan.Chart{
		{Kind: "throughput", X: "buffer", Series: "strategy"},
		{Kind: "ratio", X: "buffer", Series: "strategy", Mark: 3.8},
		{Kind: "calls", X: "buffer", Series: "strategy"},
	}
	return r
}

// timed is strategies under open loops, n messages in each cell.
func timed(strategies []string, rates []float64, n int) *run {
	r := newRun("latency-vs-rate")
	random := rand.New(rand.NewPCG(1, 2))
	for i, strategy := range strategies {
		for j, rate := range rates {
			c := r.add("rate", plan.Values{"strategy": strategy, "message": 256.0, "network": "loopback", "load": "rate", "rate": rate, "nodelay": true})
			h := hdrhistogram.New(1, 60e9, 3)
			for range n {
				v := 30e3 * float64(1+i) * math.Exp(0.3*random.NormFloat64())
				if random.Float64() < 0.02*float64(j+1) {
					v *= 8 * (1 + random.ExpFloat64())
				}
				_ = h.RecordValue(int64(v))
			}
			r.hists[c.ID] = h
			for _, p := range percentiles {
				if p.metric != "" {
					c.Metrics[p.metric] = metric(float64(h.ValueAtQuantile(100*p.share))/1e9, 0.1, "s", "lower")
				}
			}
		}
	}
	r.m.Plan.Charts = []plan.Chart{{Kind: "latency"}}
	return r
}

func (r *run) figures(t *testing.T) []Figure {
	t.Helper()
	figures, err := Figures(r.m, r.s, r.hists)
	if err != nil {
		t.Fatal(err)
	}
	return figures
}

// samples are runs of every shape a chart must cope with.
func samples() map[string]*run {
	holes := bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true})
	for i := range holes.s.Cells {
		c := &holes.s.Cells[i]
		m := c.Metrics["goodput_bytes_per_second"]
		switch {
		case c.Factors.Text("strategy") == "bufio" && c.Factors.Number("message") == 256:
			delete(c.Metrics, "goodput_bytes_per_second")
			c.Notes["goodput_bytes_per_second"] = "the link was not up"
		case c.Factors.Text("strategy") == "writev" && c.Factors.Number("message") >= 1024:
			m.Censored = true
			c.Metrics["goodput_bytes_per_second"] = m
		case c.Factors.Text("strategy") == "direct" && c.Factors.Number("message") == 64:
			m.Lo, m.Hi = nil, nil
			c.Metrics["goodput_bytes_per_second"] = m
		}
	}
	switches := bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true, false})
	switches.m.Plan.Charts = []plan.Chart{{Kind: "throughput", X: "nodelay"}, {Kind: "ratio", X: "nodelay", Mark: 3.8}}
	lone := bySize([]string{"direct", "bufio", "writev"}, []float64{256, 4096}, []bool{true})
	lone.s.Cells = slices.DeleteFunc(lone.s.Cells, func(c results.Cell) bool { return c.Factors.Number("message") != 64 })
	return map[string]*run{
		"lone":      lone,
		"windows":   windows([]float64{64}),
		"frontiers": windows([]float64{64, 1024}),
		"tiles":     trips([]string{"bufio"}, sizes),
		"grids":     trips([]string{"bufio", "writev"}, []float64{64, 256, 1024, 4096}),
		"trips":     trips([]string{"bufio", "writev"}, []float64{256}),
		"networks":  networks(),
		"switches":  switches,
		"plain":     bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true}),
		"many":      bySize([]string{"direct", "rawwrite", "bufio", "writev", "cork", "more"}, []float64{4096}, []bool{true}),
		"folded":    bySize([]string{"direct", "bufio", "writev"}, []float64{4096}, []bool{true, false}),
		"multiples": bySize([]string{"direct", "bufio", "writev"}, []float64{256, 1024, 4096, 65536}, []bool{true, false}),
		"three":     bySize([]string{"direct", "bufio", "writev"}, []float64{256, 4096, 65536}, []bool{true, false}),
		"buffer":    byBuffer(),
		"holes":     holes,
		"latency":   timed([]string{"direct", "bufio", "writev"}, []float64{1000}, 50_000),
		"rates":     timed([]string{"direct", "bufio", "writev"}, []float64{1000, 10_000, 50_000}, 30_000),
	}
}
