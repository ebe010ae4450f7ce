package main

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/offset"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// summary is the finding in the form every run has, with one cell and one trial,
// and so without intervals.
func (f finding) summary() results.Summary {
	factors := plan.Values{"transport": f.load.Target.Protocol, "connections": float64(f.load.Connections)}
	if name := f.networkName(); name != "" {
		factors["network"] = name
	}
	cell := results.Cell{
		ID: "target=" + f.load.Target.Name() + "," + factors.ID(), Groups: []string{}, Factors: factors,
		Metrics: map[string]results.Metric{}, Reasons: map[string]int{}, Warnings: append([]string{}, f.warnings...),
	}
	for name, v := range f.metrics() {
		d, _ := plan.MetricNamed(name)
		cell.Metrics[name] = results.Metric{Median: v, N: 1, Unit: d.Unit, Better: d.Better}
	}
	for kind, failure := range f.rec.Failures {
		cell.Reasons[kind] = failure.Count
	}
	return results.Summary{
		Schema: results.Schema, Scenario: "load", Title: f.load.Target.Name(), Blocks: 1, ValidTrials: 1,
		Cells: []results.Cell{cell}, Ratios: []results.Ratio{},
	}
}

// networkName is the factor network: a profile, loopback, or nothing where
// nobody knows what lies between.
func (f finding) networkName() string {
	if f.load.network != nil {
		return f.load.network.Name
	}
	host, _, _ := net.SplitHostPort(f.load.Target.Addr)
	if addr, err := netip.ParseAddr(host); host == "localhost" || err == nil && addr.IsLoopback() {
		return "loopback"
	}
	return ""
}

// metrics are the figures by the names of the dictionary.
func (f finding) metrics() map[string]float64 {
	m := map[string]float64{
		"connected_share":     share(float64(f.rec.Connected), float64(f.load.Connections)),
		"reconnects":          float64(f.rec.Reconnects),
		"stalls":              float64(f.seen.Stalls),
		"silence_max_seconds": f.seen.LongestGap.Seconds(),
	}
	if s := f.window.Seconds(); s > 0 {
		m["messages_per_second"] = float64(f.seen.Messages) / s
		m["goodput_bytes_per_second"] = float64(f.seen.Bytes) / s
	}
	if s := f.total.Seconds(); s > 0 {
		m["received_bytes_per_second"] = float64(f.rec.WireBytes) / s
	}
	if f.rec.Attempts > 0 {
		m["connect_failed_share"] = 1 - share(float64(f.rec.Connect.TotalCount()), float64(f.rec.Attempts))
	}
	percentiles(m, "connect", f.rec.Connect, 50, 99)
	percentiles(m, "gap", f.seen.Gaps, 50, 90, 99, 99.9)
	percentiles(m, "latency", f.seen.Latency, 50, 90, 99, 99.9)
	if f.load.observe.Number != nil && f.seen.Messages > 0 {
		n := float64(f.seen.Messages)
		m["lost_share"] = share(float64(f.seen.Lost), n-float64(f.seen.Duplicates)+float64(f.seen.Lost))
		m["duplicate_share"] = float64(f.seen.Duplicates) / n
		m["reordered_share"] = float64(f.seen.Reordered) / n
	}
	if f.seen.Bound > 0 {
		m["clock_bound_seconds"] = time.Duration(f.seen.Bound).Seconds()
	}
	return m
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// percentiles puts those of a histogram, and its maximum, among the metrics.
func percentiles(m map[string]float64, name string, h *hdrhistogram.Histogram, ps ...float64) {
	if h.TotalCount() == 0 {
		return
	}
	for _, p := range ps {
		m[percentileName(name, p)] = time.Duration(h.ValueAtPercentile(p)).Seconds()
	}
	m[name+"_max_seconds"] = time.Duration(h.Max()).Seconds()
}

func percentileName(name string, p float64) string {
	if p == 99.9 {
		return name + "_p999_seconds"
	}
	return fmt.Sprintf("%s_p%.0f_seconds", name, p)
}

// warn tells what limits the figures.
func (f finding) warn() (w []string) {
	add := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	if f.load.Insecure && f.load.Target.Secure() {
		add("certificates were not checked (--insecure)")
	}
	if f.window == 0 {
		add("it ended before the ramp was over: nothing was counted")
	} else if f.seen.Messages == 0 {
		add("no message arrived")
	}
	if f.load.stamped {
		w = append(w, f.clockWarning())
	}
	if n := f.seen.Unstamped; n > 0 {
		add("%d of %d messages have no send time that can be read, and no latency", n, f.seen.Messages)
	}
	if n := f.seen.Unnumbered; n > 0 {
		add("%d of %d messages have no sequence number that can be read", n, f.seen.Messages)
	}
	if n := f.seen.Early; n > 0 && float64(n) > float64(f.seen.Messages)/1000 {
		add("%d of %d messages arrived before they were sent, by the clocks: their latency counts as 0; give --clock if the server is another host", n, f.seen.Messages)
	}
	if n := f.seen.Restarts; n > 0 {
		add("the sequence numbers began anew %d times: what was lost at these places is not known", n)
	}
	return w
}

// clockWarning states what latencies assume.
func (f finding) clockWarning() string {
	clock := "wall clock"
	if f.load.observe.Stamp.Clock == offset.Monotonic {
		clock = "monotonic clock"
	}
	step := ""
	if s := f.load.observe.Stamp.Step; s > time.Microsecond {
		step = fmt.Sprintf("; send times come in steps of %v", s)
	}
	c := f.clocks
	if c.Samples == 0 {
		return fmt.Sprintf("latencies assume that the server has this host's %s: exact on one host, off by what the clocks differ on another (--clock measures it)%s", clock, step)
	}
	text := fmt.Sprintf("latencies are off by at most %v: the server's %s is %v ahead (drift %.1f ppm), by %d exchanges with a round trip of at least %v",
		time.Duration(f.seen.Bound), clock, time.Duration(c.Offset), c.Drift*1e6, c.Samples, c.MinRTT)
	if c.Residual > 0 {
		text += fmt.Sprintf("; the clocks changed their speed by up to %v, so the bound is an estimate", time.Duration(c.Residual))
	}
	return text + step
}
