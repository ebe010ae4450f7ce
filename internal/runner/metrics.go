package runner

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/limit"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// derive computes a trial's metrics from what both sides recorded.
func derive(t *results.Trial, c plan.Cell, o outcome) {
	m, gen := t.Metrics, o.generator
	if s := seconds(gen.End.Time - gen.Begin.Time); s > 0 {
		m["goodput_bytes_per_second"] = float64(gen.End.Bytes-gen.Begin.Bytes) / s
		m["messages_per_second"] = float64(gen.End.Messages-gen.Begin.Messages) / s
	}
	if o.own != nil && gen.End.Messages == gen.Begin.Messages {
		delete(m, "messages_per_second")
		missing(t, "messages_per_second", "the stream was read as bytes, or had no message in the window")
	}
	if n := gen.End.Messages - gen.Begin.Messages; n > 0 {
		m["reader_cpu_seconds_per_message"] = gen.End.Usage.Sub(gen.Begin.Usage).CPU / float64(n)
		if gen.Gaps == nil { // who takes those counts no calls
			m["read_calls_per_message"] = float64(gen.End.Reads-gen.Begin.Reads) / float64(n)
		}
	}
	if n := gen.Received.Messages; gen.Frames > 0 && n > 0 {
		m["frames_per_message"] = float64(gen.Frames) / float64(n)
	}
	m["reader_memory_bytes"] = float64(gen.End.Usage.MaxRSS)
	if d := decode(gen.Connect); d != nil {
		m["connect_p50_seconds"] = seconds(d.ValueAtQuantile(50))
		m["connect_p99_seconds"] = seconds(d.ValueAtQuantile(99))
		m["connect_max_seconds"] = seconds(d.Max())
	}
	if gen.Opening > 0 {
		m["connect_all_seconds"] = float64(gen.Opening)
	}
	if o.own != nil {
		deriveOwn(t, c, o)
	} else {
		deriveOurs(t, c, o)
	}
	if c.Timed() {
		percentiles(t, results.LatencyHistogram, gen.Latency)
		moments(t, gen.Latency)
	}
	deriveSlices(t, o)
	deriveLink(t, c, o)
}

// deriveOurs adds what our own server counted.
func deriveOurs(t *results.Trial, c plan.Cell, o outcome) {
	m, srv := t.Metrics, o.server
	if all := srv.Sent + srv.Dropped + srv.Unsent; c.Timed() && all > 0 {
		m["dropped_share"] = float64(srv.Dropped) / float64(all)
		m["unsent_share"] = float64(srv.Unsent) / float64(all)
		m["disconnected_share"] = float64(srv.Disconnected) / c.Factors.Number("connections")
	}
	if c.Factors.Number("idle_close") > 0 {
		m["idle_closed_share"] = float64(o.generator.IdleClosed) / c.Factors.Number("connections")
	}
	for _, calls := range []string{"option_calls", "feed_calls"} {
		if n, ok := srv.Strategy[calls]; ok && srv.Sent > 0 {
			m[calls+"_per_message"] = n / float64(srv.Sent)
		}
	}
	if s := srv.Strategy["write_seconds"]; s > 0 {
		m["pauses_per_second"] = srv.Strategy["pauses"] / s
		m["paused_share"] = srv.Strategy["pause_seconds"] / s
	}
	if n := srv.Strategy["zerocopy_completed"]; n > 0 {
		m["zerocopy_copied_share"] = srv.Strategy["zerocopy_copied"] / n
	}
	deriveHTTP2(m, srv.Strategy)
	t.Counts = map[string]uint64{
		results.CountMessages: srv.Sent, results.CountReceived: o.generator.Received.Messages, results.CountFrames: o.generator.Frames,
	}
	if srv.Calls > 0 { // a server of an older revision does not tell
		t.Counts[results.CountWriteCalls], t.Counts[results.CountRecords] = srv.Calls, srv.Records
	}
	if s := seconds(srv.End.Time - srv.Begin.Time); s > 0 {
		m["written_bytes_per_second"] = float64(srv.End.Bytes-srv.Begin.Bytes) / s
	}
	if unread(c) {
		for _, name := range []string{"goodput_bytes_per_second", "messages_per_second", "read_calls_per_message", "reader_cpu_seconds_per_message"} {
			delete(m, name)
			missing(t, name, "nobody reads /dev/null")
		}
	}
	m["server_memory_bytes"] = float64(srv.End.Usage.MaxRSS)
	m["server_goroutines"] = float64(max(srv.Begin.Usage.Goroutines, srv.End.Usage.Goroutines))
	m["sched_latency_p99_seconds"] = srv.End.Usage.SchedP99
	optional(t, "server_threads", srv.End.Usage.Threads, 1)
	if n := float64(srv.End.Messages - srv.Begin.Messages); n > 0 {
		perMessage(t, c.Factors, srv, n)
	}
	if c.Timed() {
		percentiles(t, results.WriteHistogram, srv.Write)
	}
	if late := decode(srv.Late); late != nil {
		m["pacer_late_p99_seconds"] = seconds(late.ValueAtQuantile(99))
	}
}

// unread tells whether a cell's bytes go where nobody reads them.
func unread(c plan.Cell) bool { return c.Factors.Text("sink") == "null" }

// deriveHTTP2 takes what the server saw of its clients' flow control.
func deriveHTTP2(m, counts map[string]float64) {
	if n := counts["h2_connections"]; n > 0 {
		m["h2_stream_window_bytes"] = counts["h2_stream_window"] / n
		m["h2_connection_window_bytes"] = counts["h2_connection_window"] / n
	}
	if s := counts["h2_seconds"]; s > 0 {
		m["h2_window_empty_share"] = counts["h2_window_empty_seconds"] / s
	}
	if n := counts["h2_messages"]; n > 0 {
		m["h2_window_updates_per_message"] = counts["h2_window_updates"] / n
	}
}

// perMessage divides what the server spent in its window by the messages it
// handed over in it.
func perMessage(t *results.Trial, c plan.Values, srv server.Record, n float64) {
	m := t.Metrics
	use := srv.End.Usage.Sub(srv.Begin.Usage)
	span := seconds(srv.End.Time-srv.Begin.Time) * working(srv.Times)
	m["write_calls_per_message"] = float64(srv.End.Calls-srv.Begin.Calls) / n
	if c.Text("tls") != "none" {
		m["records_per_message"] = float64(srv.End.Records-srv.Begin.Records) / n
	}
	m["allocs_per_message"] = float64(use.Allocs) / n
	m["gc_pause_seconds_per_second"] = use.GCPause / span
	spent(t, use, n, span)
	if srv.Begin.TCP == nil || srv.End.TCP == nil {
		noTCP(t, "this system has no TCP_INFO, or the stream did not go over TCP")
		return
	}
	tcp := srv.End.TCP.Sub(*srv.Begin.TCP)
	sent(t, tcp, float64(tcp.Messages), tcp.Read)
}

// spent adds what a server process cost for n messages in a window of span
// seconds.
func spent(t *results.Trial, use usage.Usage, n, span float64) {
	t.Metrics["server_cpu_share"] = use.CPU / span
	optional(t, "run_queue_share", use.RunQueue, span)
	optional(t, "server_threads", use.Threads, 1)
	optional(t, "server_open_files", use.Files, 1)
	if n == 0 {
		return // nobody counts messages
	}
	t.Metrics["server_cpu_seconds_per_message"] = use.CPU / n
	optional(t, "write_syscalls_per_message", use.WriteSyscalls, n)
	optional(t, "context_switches_per_message", use.ContextSwitches, n)
}

func noTCP(t *results.Trial, why string) {
	for _, name := range []string{"segments_per_message", "wire_bytes_per_message", "retransmits_per_message", "rwnd_limited_share", "sndbuf_limited_share", "busy_share"} {
		missing(t, name, why)
	}
}

// sent adds what the kernel sent for n messages, and what held it back in
// connected seconds of all connections.
func sent(t *results.Trial, tcp server.TCPInfo, n, connected float64) {
	m := t.Metrics
	if n > 0 {
		m["segments_per_message"] = float64(tcp.DataSegments) / n
		m["wire_bytes_per_message"] = (float64(tcp.BytesSent) + limit.HeaderBytes*float64(tcp.Segments)) / n
		m["retransmits_per_message"] = float64(tcp.Retransmits) / n
	}
	m["rwnd_limited_share"] = tcp.RwndLimited / connected
	m["sndbuf_limited_share"] = tcp.SndbufLimit / connected
	m["busy_share"] = tcp.Busy / connected
}

func optional[T uint64 | float64](t *results.Trial, name string, v *T, per float64) {
	if v == nil {
		missing(t, name, "this system does not count it")
		return
	}
	t.Metrics[name] = float64(*v) / per
}

func missing(t *results.Trial, name, why string) {
	if t.Notes == nil {
		t.Notes = map[string]string{}
	}
	t.Notes[name] = why
}

var quantiles = []struct {
	name string
	q    float64
}{{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}, {"max", 100}}

// percentiles stores a histogram and the figures read off it.
func percentiles(t *results.Trial, name string, encoded []byte) {
	h := decode(encoded)
	if h == nil {
		for _, q := range quantiles {
			missing(t, name+"_"+q.name+"_seconds", "nothing was recorded in the window")
		}
		return
	}
	if t.Histograms == nil {
		t.Histograms = map[string][]byte{}
	}
	t.Histograms[name] = encoded
	for _, q := range quantiles {
		t.Metrics[name+"_"+q.name+"_seconds"] = seconds(h.ValueAtQuantile(q.q))
	}
}

// moments adds what of the latencies is no percentile.
func moments(t *results.Trial, latency []byte) {
	h := decode(latency)
	if h == nil {
		for _, name := range []string{"latency_mean_seconds", "latency_spread_seconds"} {
			missing(t, name, "nothing was recorded in the window")
		}
		return
	}
	t.Metrics["latency_mean_seconds"] = h.Mean() / 1e9
	t.Metrics["latency_spread_seconds"] = seconds(h.ValueAtQuantile(99) - h.ValueAtQuantile(50))
}

func decode(encoded []byte) *hdrhistogram.Histogram {
	if len(encoded) == 0 {
		return nil
	}
	h, err := results.DecodeHistogram(encoded)
	if err != nil {
		return nil
	}
	return h
}

func seconds(ns int64) float64 { return float64(ns) / 1e9 }
