package runner_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

var (
	saturated = cells(1)[0]
	timed     = cell(plan.Values{"strategy": "direct", "message": 64.0, "load": "rate", "rate": 1000.0})
	slow      = cell(plan.Values{"strategy": "direct", "message": 64.0, "load": "rate", "rate": 1000.0, "slow_share": 0.5, "connections": 2.0})
)

// patient is a cell whose reader gives up quiet connections.
var patient = cell(plan.Values{"strategy": "direct", "message": 64.0, "load": "rate", "rate": 1.0, "idle_close": 0.2, "connections": 4.0})

// givenUp has the reader give up a connection, which the server finds when it
// writes again.
func givenUp(f *fake) {
	f.Generator.IdleClosed, f.Server.Failed, f.Server.Errors = 1, 1, []string{"broken pipe"}
	f.Server.Unsent, f.Generator.Received.Messages = 5, 900
}

// measured runs one trial of a pair of fakes.
func measured(t *testing.T, f fake, c plan.Cell) results.Trial {
	t.Helper()
	r := newRunner(t, f, blocks(1), c)
	if err := r.Execute(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.Run.Trials[0]
}

// Every reason appears where it should, and alone: each row spoils one thing of
// a pair that has nothing to complain of.
func TestJudge(t *testing.T) {
	late := func(d time.Duration) []byte { return histogram(t, d) }
	for _, c := range []struct {
		name   string
		cell   plan.Cell
		spoil  func(*fake)
		state  results.State
		reason string
	}{
		{"clean", saturated, func(*fake) {}, results.Valid, ""},
		{"clean timed", timed, func(*fake) {}, results.Valid, ""},
		{"clean slow", slow, func(f *fake) { f.Generator.Slow = 1 }, results.Valid, ""},

		{"window shifted", saturated, func(f *fake) { f.Shift = 25 * time.Millisecond }, results.Invalid, "the machine was too busy: a window was shifted (generator)"},
		{"window hardly shifted", saturated, func(f *fake) { f.Shift = 15 * time.Millisecond }, results.Valid, ""},
		{"pacer late", timed, func(f *fake) { f.Server.Late = late(6 * time.Millisecond) }, results.Invalid, "the pacer was late while the server was idle: p99 above 5ms"},
		{"pacer hardly late", timed, func(f *fake) { f.Server.Late = late(4 * time.Millisecond) }, results.Valid, ""},
		{"nothing sent", saturated, func(f *fake) { f.Server.End.Messages = 400 }, results.Invalid, "no message passed within the window"},
		{"nothing received", saturated, func(f *fake) { f.Generator.End.Messages = 400 }, results.Invalid, "no message passed within the window"},
		{"altered", saturated, func(f *fake) { f.Generator.Received.Corrupt = 1 }, results.Invalid, "messages were lost, altered or out of order"},
		{"out of order", saturated, func(f *fake) { f.Generator.Received.Reordered = 1 }, results.Invalid, "messages were lost, altered or out of order"},
		{"lost", saturated, func(f *fake) { f.Generator.Received.Lost = 1 }, results.Invalid, "messages were lost, altered or out of order"},
		{"lost as told to be", timed, func(f *fake) { f.Generator.Received.Lost, f.Server.Dropped = 3, 3 }, results.Valid, ""},
		{"missing at the end", saturated, func(f *fake) { f.Generator.Received.Messages = 999 }, results.Invalid, "messages are missing at the end of the stream"},
		{"server's connection failed", saturated, func(f *fake) { f.Server.Failed, f.Server.Errors = 1, []string{"reset"} }, results.Invalid, "a connection failed (server)"},
		{"generator's connection failed", saturated, func(f *fake) { f.Generator.Failed, f.Generator.Errors = 1, []string{"reset"} }, results.Invalid, "a connection failed (generator)"},
		{"a slow reader's failed", slow, func(f *fake) {
			f.Generator.Slow, f.Generator.Failed, f.Server.Failed = 1, 1, 1
			f.Server.Errors, f.Generator.Errors = []string{"reset"}, []string{"reset"}
		}, results.Valid, ""},
		{"given up as told to be", timed, func(f *fake) {
			f.Server.Disconnected, f.Generator.Failed, f.Generator.Errors = 1, 1, []string{"EOF"}
			f.Generator.Received.Messages = 900
		}, results.Valid, ""},
		{"given up as idle", patient, givenUp, results.Valid, ""},
		{"given up as idle before the window", patient, func(f *fake) { givenUp(f); f.Generator.End.Messages = 400 }, results.Valid, ""},
		{"given up as idle, and another failed", patient, func(f *fake) { givenUp(f); f.Server.Failed = 2 }, results.Invalid, "a connection failed (server)"},
		{"given up as idle, and another's reader failed", patient, func(f *fake) {
			givenUp(f)
			f.Generator.Failed, f.Generator.Errors = 1, []string{"EOF"}
		}, results.Invalid, "a connection failed (generator)"},
		{"given up as idle, and a message altered", patient, func(f *fake) { givenUp(f); f.Generator.Received.Corrupt = 1 }, results.Invalid, "messages were lost, altered or out of order"},

		{"reader limited the writer", saturated, func(f *fake) { limited(f, 0.02) }, results.Censored, "the reader limited the writer (rwnd_limited)"},
		{"reader hardly limited the writer", saturated, func(f *fake) { limited(f, 0.005) }, results.Valid, ""},
		{"reader limited a timed writer", timed, func(f *fake) { limited(f, 0.02) }, results.Valid, ""},
		{"fell behind", timed, func(f *fake) { f.Server.Unsent = 5 }, results.Censored, "the server fell behind: messages were still unsent after the grace time"},
		{"slow readers fell behind", slow, func(f *fake) { f.Server.Unsent, f.Generator.Slow = 5, 1 }, results.Valid, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := clean()
			c.spoil(&f)
			trial := measured(t, f, c.cell)
			var want []string
			if c.reason != "" {
				want = []string{c.reason}
			}
			if trial.State != c.state || !slices.Equal(trial.Reasons, want) {
				t.Errorf("%s %q, not %s %q; warnings %q", trial.State, trial.Reasons, c.state, want, trial.Warnings)
			}
			machine := strings.Contains(c.reason, "machine") || strings.Contains(c.reason, "pacer")
			if trial.Fault != (c.state == results.Invalid && !machine) {
				t.Errorf("a fault of the program: %v", trial.Fault)
			}
		})
	}
}

// A trial that is invalid is not censored as well: its figures bound nothing.
func TestInvalidIsNotCensored(t *testing.T) {
	f := clean()
	limited(&f, 0.05)
	f.Generator.Received.Corrupt = 1
	if trial := measured(t, f, saturated); trial.State != results.Invalid || len(trial.Reasons) != 1 {
		t.Errorf("%s %q", trial.State, trial.Reasons)
	}
}

// limited has the reader's window hold the writer back for some seconds of the
// window of a tenth.
func limited(f *fake, seconds float64) {
	f.Server.Begin.TCP, f.Server.End.TCP = &server.TCPInfo{Messages: 400}, &server.TCPInfo{Read: 0.1, Messages: 500, RwndLimited: seconds}
}

func histogram(t *testing.T, values ...time.Duration) []byte {
	t.Helper()
	h := hist.New()
	for _, v := range values {
		hist.Record(h, int64(v))
	}
	b, err := hist.Encode(h)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ptr[T any](v T) *T { return &v }

// full is a pair that reports every figure there is, over two connections and
// a window of a tenth of a second, in which 100 messages passed.
func full(t *testing.T) fake {
	f := clean()
	f.Server.Begin.Bytes, f.Server.End.Bytes = 400*64, 500*64
	f.Server.Begin.Calls, f.Server.End.Calls = 10, 60
	f.Server.Begin.Usage = usage.Usage{CPU: 1, Allocs: 1000, GCPause: 0.001, ContextSwitches: ptr(uint64(5)), RunQueue: ptr(0.5), WriteSyscalls: ptr(uint64(20))}
	f.Server.End.Usage = usage.Usage{CPU: 1.5, Allocs: 1200, GCPause: 0.003, ContextSwitches: ptr(uint64(45)), RunQueue: ptr(0.52), WriteSyscalls: ptr(uint64(80)), MaxRSS: 12 << 20, Files: ptr(uint64(9)), Threads: ptr(uint64(3))}
	f.Server.Begin.TCP = &server.TCPInfo{Read: 10, Messages: 400, Segments: 50, DataSegments: 40, BytesSent: 4000, Retransmits: 1, Busy: 0.1, RwndLimited: 0.01, SndbufLimit: 0.02}
	f.Server.End.TCP = &server.TCPInfo{Read: 10.2, Messages: 500, Segments: 130, DataSegments: 90, BytesSent: 10800, Retransmits: 3, Busy: 0.2, RwndLimited: 0.02, SndbufLimit: 0.06}
	f.Server.Dropped, f.Server.Disconnected = 250, 1
	f.Generator.Begin.Reads, f.Generator.End.Reads = 7, 32
	f.Generator.Begin.Usage, f.Generator.End.Usage = usage.Usage{CPU: 2}, usage.Usage{CPU: 2.25, MaxRSS: 9 << 20}
	f.Server.Late = histogram(t, 100*time.Microsecond, 200*time.Microsecond)
	f.Server.Write = histogram(t, 10*time.Microsecond)
	f.Generator.Latency = histogram(t, time.Millisecond, 2*time.Millisecond, 3*time.Millisecond)
	return f
}

func TestMetrics(t *testing.T) {
	const window, connections = 0.1, 2
	c := cell(plan.Values{"strategy": "direct", "message": 64.0, "load": "rate", "rate": 1000.0, "connections": float64(connections)})
	trial := measured(t, full(t), c)
	for name, want := range map[string]float64{
		"goodput_bytes_per_second":       100 * 64 / window,
		"messages_per_second":            100 / window,
		"reader_cpu_seconds_per_message": 0.25 / 100,
		"read_calls_per_message":         25.0 / 100,
		"write_calls_per_message":        50.0 / 100,
		"server_cpu_seconds_per_message": 0.5 / 100,
		"allocs_per_message":             200.0 / 100,
		"gc_pause_seconds_per_second":    0.002 / window,
		"context_switches_per_message":   40.0 / 100,
		"run_queue_share":                0.02 / window,
		"write_syscalls_per_message":     60.0 / 100,
		"segments_per_message":           50.0 / 100,
		"wire_bytes_per_message":         (6800 + 80*(14+20+32)) / 100.0,
		"retransmits_per_message":        2.0 / 100,
		"busy_share":                     0.1 / (window * connections),
		"rwnd_limited_share":             0.01 / (window * connections),
		"sndbuf_limited_share":           0.04 / (window * connections),
		"dropped_share":                  250.0 / 1250,
		"unsent_share":                   0,
		"disconnected_share":             1.0 / connections,
		"server_cpu_share":               0.5 / window,
		"server_threads":                 3,
		"server_open_files":              9,
		"server_memory_bytes":            12 << 20,
		"reader_memory_bytes":            9 << 20,
		"pacer_late_p99_seconds":         200e-6,
		"latency_p50_seconds":            2e-3,
		"latency_p90_seconds":            3e-3,
		"latency_p99_seconds":            3e-3,
		"latency_p999_seconds":           3e-3,
		"latency_max_seconds":            3e-3,
		"latency_spread_seconds":         1e-3,
		"latency_mean_seconds":           2e-3,
		"write_p50_seconds":              10e-6,
		"write_max_seconds":              10e-6,
	} {
		got, ok := trial.Metrics[name]
		// The histograms keep three digits.
		if !ok || math.Abs(got-want) > 1e-3*math.Abs(want) {
			t.Errorf("%s is %v, not %v", name, got, want)
		}
	}
	for name := range trial.Metrics {
		if _, ok := plan.MetricNamed(name); !ok {
			t.Errorf("%s is not in the metric dictionary", name)
		}
	}
	if len(trial.Histograms[results.LatencyHistogram]) == 0 || len(trial.Histograms[results.WriteHistogram]) == 0 {
		t.Errorf("histograms %v", trial.Histograms)
	}
	if len(trial.Notes) > 0 {
		t.Errorf("notes say what is missing: %v", trial.Notes)
	}
}

// The share of connections that were given up as idle is of cells that ask for it.
func TestIdleClosedShare(t *testing.T) {
	f := clean()
	givenUp(&f)
	if got, ok := measured(t, f, patient).Metrics["idle_closed_share"]; !ok || got != 0.25 {
		t.Errorf("%v %v", got, ok)
	}
	if got, ok := measured(t, clean(), timed).Metrics["idle_closed_share"]; ok {
		t.Errorf("%v where nothing is asked for", got)
	}
}

// What the system does not tell is left out and said, never 0.
func TestMissingMetrics(t *testing.T) {
	f := full(t)
	f.Server.End.TCP, f.Server.End.Usage.RunQueue, f.Server.End.Usage.WriteSyscalls, f.Server.End.Usage.ContextSwitches = nil, nil, nil, nil
	f.Generator.Latency, f.Server.Write, f.Server.Late = nil, nil, nil
	trial := measured(t, f, timed)
	for _, name := range []string{
		"segments_per_message", "wire_bytes_per_message", "retransmits_per_message", "busy_share", "rwnd_limited_share", "sndbuf_limited_share",
		"run_queue_share", "write_syscalls_per_message", "context_switches_per_message", "latency_p50_seconds", "latency_max_seconds", "write_p99_seconds",
	} {
		if v, ok := trial.Metrics[name]; ok || trial.Notes[name] == "" {
			t.Errorf("%s is %v, note %q", name, v, trial.Notes[name])
		}
	}
}

func TestSaturationHasNoTimes(t *testing.T) {
	trial := measured(t, full(t), saturated)
	for name := range trial.Metrics {
		if m, _ := plan.MetricNamed(name); m.Timed && !strings.HasPrefix(name, "pacer_") {
			t.Errorf("%s of a cell without times", name)
		}
	}
	if len(trial.Histograms) > 0 {
		t.Errorf("histograms %v", trial.Histograms)
	}
}

func TestMetricDictionary(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range plan.Metrics {
		if seen[m.Name] {
			t.Errorf("%s is in the dictionary twice", m.Name)
		}
		seen[m.Name] = true
		if m.Unit == "" || m.Doc == "" || !slices.Contains([]string{"", "higher", "lower"}, m.Better) {
			t.Errorf("%+v", m)
		}
	}
}
