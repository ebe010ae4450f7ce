package runner

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

func trialWith(goodput float64) *results.Trial {
	return &results.Trial{State: results.Valid, Metrics: map[string]float64{"goodput_bytes_per_second": goodput}}
}

func TestDeriveLink(t *testing.T) {
	window := func(n uint64) server.Record {
		return server.Record{Begin: server.Snapshot{TCP: &server.TCPInfo{Window: n / 2}}, End: server.Snapshot{TCP: &server.TCPInfo{Window: n}}}
	}
	cell := plan.Cell{Factors: plan.Values{"message": 60.0, "congestion": "cubic"}}
	e := &emulation{
		profile: find(t, "continent"), late: time.Millisecond,
		counters: netem.Counters{Down: sched.Counters{Arrived: 1000, Dropped: 20, Lost: 5}},
	}
	// The rate leaves 1448/1514 of 12.5 MB/s; the prefix takes 4 bytes of 64.
	rate := 12.5e6 * 1448 / 1514 * 60 / 64
	for _, c := range []struct {
		name   string
		window uint64
		want   float64
	}{
		{"a wide window", 4 << 20, rate},
		{"unknown", 0, rate},
		{"a narrow one", 64000, 64000 / 0.04 * 60 / 64},
	} {
		trial := trialWith(c.want / 2)
		deriveLink(trial, cell, outcome{server: window(c.window), link: e})
		m := trial.Metrics
		if math.Abs(m["limit_bytes_per_second"]/c.want-1) > 1e-9 || math.Abs(m["efficiency"]-0.5) > 1e-9 {
			t.Errorf("%s: limit %v, efficiency %v; want %v and a half", c.name, m["limit_bytes_per_second"], m["efficiency"], c.want)
		}
		if m["link_dropped_share"] != 0.02 || m["link_lost_share"] != 0.005 || m["emulator_late_p99_seconds"] != 0.001 {
			t.Errorf("%s: %v", c.name, m)
		}
	}
	// A response to losses is a limit only where enough were lost.
	lossy := &profile.Profile{Name: "lossy", Down: profile.Shape{Delay: 100 * time.Millisecond, Rate: 20e6, Loss: profile.Loss{Random: 0.01}}}
	reno := plan.Cell{Factors: plan.Values{"message": 60.0, "congestion": "reno"}}
	for lost, want := range map[uint64]float64{
		responseLosses - 1: 2.5e6 * 1448 / 1514 * 60 / 64,
		responseLosses:     math.Sqrt(1.5/0.01) * 1448 / 0.1 * 60 / 64,
	} {
		trial := trialWith(1)
		deriveLink(trial, reno, outcome{link: &emulation{profile: lossy, counters: netem.Counters{Down: sched.Counters{Arrived: 1000, Lost: lost}}}})
		if got := trial.Metrics["limit_bytes_per_second"]; math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%d lost: limit %v, want %v", lost, got, want)
		}
	}
	// HTTP/2's own window binds where it is the narrower one.
	for transport, want := range map[string]float64{"h2": 2 * 32e3, "h2push": 2 * 48e3} {
		trial := trialWith(1)
		trial.Metrics["h2_stream_window_bytes"], trial.Metrics["h2_connection_window_bytes"] = 32e3, 48e3
		h2 := plan.Cell{Factors: plan.Values{"message": 60.0, "congestion": "cubic", "transport": transport, "connections": 2.0}}
		deriveLink(trial, h2, outcome{server: window(4 << 20), link: e})
		if got := trial.Metrics["limit_bytes_per_second"]; math.Abs(got/(want/0.04*60/64)-1) > 1e-9 {
			t.Errorf("%s: limit %v, want %v in a round trip", transport, got, want)
		}
	}
	if trial := trialWith(1); func() bool { deriveLink(trial, cell, outcome{}); return len(trial.Metrics) != 1 }() {
		t.Error("loopback has metrics of a link")
	}
}

func TestDeriveNotice(t *testing.T) {
	const began = int64(1e12)
	e := &emulation{profile: find(t, "blackout"), began: began, late: -1}
	for _, c := range []struct {
		noticed int64
		want    float64 // 0 is none
	}{{0, 0}, {began + 5e8, 0}, {began + 35e8, 2.5}} {
		trial := trialWith(1)
		deriveLink(trial, plan.Cell{Factors: plan.Values{}}, outcome{server: server.Record{Noticed: c.noticed}, link: e})
		if got, ok := trial.Metrics["notice_seconds"]; ok != (c.want != 0) || got != c.want || !ok && trial.Notes["notice_seconds"] == "" {
			t.Errorf("noticed at %d: %v, %v, %v; want %v", c.noticed, got, ok, trial.Notes, c.want)
		}
		if _, ok := trial.Metrics["limit_bytes_per_second"]; ok {
			t.Error("a network that changes has a limit")
		}
	}
}

func TestJudgeLink(t *testing.T) {
	for _, c := range []struct {
		name string
		link *emulation
		want []string
	}{
		{"loopback", nil, nil},
		{"a good link", &emulation{}, nil},
		{"late", &emulation{tooLate: "by 3 ms"}, []string{"the emulator was late"}},
		{"overrun", &emulation{counters: netem.Counters{Up: sched.Counters{Overrun: 1}}}, []string{"the emulator was too slow: packets overran it"}},
	} {
		trial := trialWith(1)
		judgeLink(trial, c.link)
		if !slices.Equal(trial.Reasons, c.want) || (trial.State == results.Invalid) != (c.want != nil) || len(trial.Warnings) != len(c.want) {
			t.Errorf("%s: %s %v %v", c.name, trial.State, trial.Reasons, trial.Warnings)
		}
	}
}
