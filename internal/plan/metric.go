package plan

// A Metric is one figure of a trial or a cell.
type Metric struct {
	Name   string
	Unit   string // base unit, as summaries and tables print it
	Better string // "higher", "lower", or "" where neither is
	Timed  bool   // only of cells whose messages carry their intended send time
	// Counted tells that it is a count per message, which a stored figure of
	// another machine may be held against; the others depend on its speed.
	Counted bool
	Doc     string // what is counted or timed, where, and by which clock
}

// Metrics lists every metric in the order tables show them.
var Metrics = []Metric{
	{Name: "goodput_bytes_per_second", Unit: "B/s", Better: "higher", Doc: "Payload bytes the reader checked in the window, by the reader's monotonic clock; framing is not counted."},
	{Name: "messages_per_second", Unit: "1/s", Better: "higher", Doc: "Messages the reader checked in the window, by the reader's monotonic clock."},
	{Name: "written_bytes_per_second", Unit: "B/s", Better: "higher", Doc: "Payload bytes the server handed to its strategy in the window, by its monotonic clock: the only speed of sink null, which nobody reads."},
	{Name: "write_calls_per_message", Unit: "calls/message", Better: "lower", Counted: true, Doc: "Write calls the writer made on its sockets, by its own count; a call the kernel took in parts counts once."},
	{Name: "segments_per_message", Unit: "segments/message", Better: "lower", Counted: true, Doc: "TCP segments with data that left the writer, by TCP_INFO (tcpi_data_segs_out); resent ones count again."},
	{Name: "wire_bytes_per_message", Unit: "B/message", Better: "lower", Counted: true, Doc: "Bytes the messages took on the link, headers included, by TCP_INFO (tcpi_bytes_sent and segments)."},
	{Name: "server_cpu_seconds_per_message", Unit: "s/message", Better: "lower", Doc: "User and system CPU time of the server process, by getrusage(2); of a user's server that of all its processes, by their CPU clocks and /proc/PID/stat."},
	{Name: "allocs_per_message", Unit: "allocs/message", Better: "lower", Counted: true, Doc: "Heap objects the server process allocated, by runtime.ReadMemStats."},
	{Name: "write_syscalls_per_message", Unit: "calls/message", Better: "lower", Counted: true, Doc: "write(2), writev(2) and their kin of the whole server process, by the kernel's count in /proc/self/io; sendmsg(2) is not in it."},
	{Name: "option_calls_per_message", Unit: "calls/message", Better: "lower", Counted: true, Doc: "setsockopt(2) and getsockopt(2) calls of strategies that steer by them and of writer_quickack, in the whole trial."},
	{Name: "feed_calls_per_message", Unit: "calls/message", Better: "lower", Doc: "write(2) calls of strategies that first put bytes where the kernel takes them from, a pipe or a file, in the whole trial."},
	{Name: "pauses_per_second", Unit: "pauses/s", Better: "", Doc: "How often strategy pipeline paused because too much was in flight or the send buffer nearly full, a mean over connections, from the first write to the end."},
	{Name: "paused_share", Unit: "s/s", Better: "", Doc: "Share of the time from the first write to the end in which strategy pipeline paused, a mean over connections."},
	{Name: "zerocopy_copied_share", Unit: "send/send", Better: "lower", Doc: "Share of MSG_ZEROCOPY sends that the kernel copied after all, by their completions in the whole trial."},
	{Name: "records_per_message", Unit: "records/message", Better: "lower", Counted: true, Doc: "TLS records the server wrote, by their headers as they pass to the socket or the strategy below."},
	{Name: "frames_per_message", Unit: "frames/message", Better: "", Counted: true, Doc: "Data frames of WebSocket or HTTP/2 that the reader took, in the whole trial; a message that is deflated may come in several WebSocket frames, and a DATA frame of h2 may have many messages."},
	{Name: "h2_stream_window_bytes", Unit: "B", Better: "", Doc: "What the client let the server send ahead on one HTTP/2 stream (SETTINGS_INITIAL_WINDOW_SIZE), by the frames the server read."},
	{Name: "h2_connection_window_bytes", Unit: "B", Better: "", Doc: "What the client let the server send ahead on the HTTP/2 connection when the first DATA frame left, by the WINDOW_UPDATE frames the server read."},
	{Name: "h2_window_empty_share", Unit: "s/s", Better: "", Doc: "Share of the whole trial in which the flow-control window of the HTTP/2 connection or of one of its streams was empty, a mean over connections, by the frames that pass above TLS and the strategy."},
	{Name: "h2_window_updates_per_message", Unit: "frames/message", Better: "", Doc: "WINDOW_UPDATE frames that the server read after its first DATA frame, in the whole trial."},
	{Name: "read_calls_per_message", Unit: "calls/message", Better: "", Doc: "Read calls of the generator that returned data."},
	{Name: "reader_cpu_seconds_per_message", Unit: "s/message", Better: "", Doc: "User and system CPU time of the generator process, by getrusage(2)."},
	{Name: "context_switches_per_message", Unit: "switches/message", Better: "lower", Doc: "Voluntary and involuntary context switches of the server process, by getrusage(2)."},
	{Name: "run_queue_share", Unit: "s/s", Better: "lower", Doc: "Time the server's threads were runnable and waited for a core, per second of the window, by /proc/self/task/*/schedstat."},
	{Name: "gc_pause_seconds_per_second", Unit: "s/s", Better: "lower", Doc: "Time the garbage collector stopped the server, per second of the window, by runtime/metrics (lower bounds of its buckets)."},
	{Name: "server_goroutines", Unit: "goroutines", Better: "lower", Doc: "Goroutines of the server process at the begin or the end of the window, whichever are more, by runtime/metrics."},
	{Name: "sched_latency_p99_seconds", Unit: "s", Better: "lower", Doc: "99th percentile of how long goroutines of the server that could run waited for a thread, within the window, by runtime/metrics (upper bound of its bucket)."},
	{Name: "retransmits_per_message", Unit: "segments/message", Better: "lower", Doc: "Segments sent again, by TCP_INFO (tcpi_total_retrans)."},
	{Name: "rwnd_limited_share", Unit: "s/s", Better: "", Doc: "Share of the window in which the reader's window held the writer back, a mean over connections, by TCP_INFO (tcpi_rwnd_limited)."},
	{Name: "sndbuf_limited_share", Unit: "s/s", Better: "", Doc: "Share of the window in which the send buffer held TCP back, a mean over connections, by TCP_INFO (tcpi_sndbuf_limited)."},
	{Name: "busy_share", Unit: "s/s", Better: "", Doc: "Share of the window in which data was outstanding, a mean over connections, by TCP_INFO (tcpi_busy_time)."},
	{Name: "dropped_share", Unit: "message/message", Better: "lower", Timed: true, Doc: "Share of the messages due in the whole trial that a full queue left out."},
	{Name: "unsent_share", Unit: "message/message", Better: "lower", Timed: true, Doc: "Share of the messages due in the whole trial that were still not handed over when the grace time after it ended."},
	{Name: "disconnected_share", Unit: "connection/connection", Better: "lower", Timed: true, Doc: "Share of the connections given up because of a full queue or a write deadline."},
	{Name: "idle_closed_share", Unit: "connection/connection", Better: "lower", Doc: "Share of the connections that the reader gave up in the whole trial because no byte came for idle_close; of cells with an idle_close alone."},
	{Name: "limit_bytes_per_second", Unit: "B/s", Better: "", Doc: "What the link allows at best: the least of its rate less headers, the measured window (the reader's offer, the send buffer and the flow control of HTTP/2, by TCP_INFO, SO_SNDBUF and the frames) in each round trip, and for Reno and CUBIC under random loss, once 10 packets of the trial were lost, their published response (Mathis 1997, RFC 9438); none is claimed for BBR or for a network that changes."},
	{Name: "efficiency", Unit: "B/B", Better: "higher", Doc: "Goodput as a share of limit_bytes_per_second; under an open loop, the share of it that the load asked for and got."},
	{Name: "link_dropped_share", Unit: "packet/packet", Better: "lower", Doc: "Share of the packets towards the reader that found the queue of the emulated link full, in the whole trial, by the emulator's count."},
	{Name: "link_lost_share", Unit: "packet/packet", Better: "", Doc: "Share of the packets towards the reader that the emulated link lost as its profile asks, in the whole trial, by the emulator's count."},
	{Name: "emulator_late_p99_seconds", Unit: "s", Better: "", Doc: "99th percentile of how much later than due the emulator delivered packets, both ways, in the whole trial: its own error. Backend user alone knows it."},
	{Name: "notice_seconds", Unit: "s", Better: "lower", Doc: "From the moment the emulated network went dead until the first write of the server failed, by the host's monotonic clock."},
	{Name: "server_threads", Unit: "threads", Better: "", Doc: "Threads of the server at the end of the window, by /proc."},
	{Name: "server_open_files", Unit: "files", Better: "", Doc: "Descriptors the server had open at the end of the window, by /proc."},
	{Name: "server_cpu_share", Unit: "s/s", Better: "lower", Doc: "User and system CPU time of the server per second of the window; of two or more cores it may exceed 1."},
	{Name: "server_memory_bytes", Unit: "B", Better: "lower", Doc: "Largest resident memory of the server process so far, by VmHWM in /proc/self/status; of a user's server the sum over its processes."},
	{Name: "reader_memory_bytes", Unit: "B", Better: "", Doc: "Largest resident memory of the generator process so far, by VmHWM in /proc/self/status."},
	{Name: "received_bytes_per_second", Unit: "B/s", Better: "", Doc: "Bytes read from sockets, framing and encryption included and before compression is undone, from the first connection on; of `load --target` alone, as all down to clock_bound_seconds but for the time to connect, which every trial has, and gaps and lost_share, which users' servers in scenarios have too."},
	{Name: "connected_share", Unit: "connection/connection", Better: "higher", Doc: "Share of the connections asked for that were made at least once."},
	{Name: "connect_failed_share", Unit: "attempt/attempt", Better: "lower", Doc: "Share of the attempts to connect, also again, that failed before messages could come."},
	{Name: "connect_p50_seconds", Unit: "s", Better: "lower", Doc: "Median time from an attempt to connect until messages can come: name, TCP, TLS, handshake or response head, by the reader's monotonic clock."},
	{Name: "connect_p99_seconds", Unit: "s", Better: "lower", Doc: "99th percentile of the time to connect."},
	{Name: "connect_max_seconds", Unit: "s", Better: "lower", Doc: "Longest time to connect; it has no interval."},
	{Name: "connect_all_seconds", Unit: "s", Better: "lower", Doc: "Time from the first attempt to connect until every connection of a trial with pushbench's own server was open, by the reader's monotonic clock; at most 64 are made at once."},
	{Name: "reconnects", Unit: "connections", Better: "lower", Doc: "Connections made again after one was lost, in the whole run."},
	{Name: "gap_p50_seconds", Unit: "s", Better: "", Doc: "Median time between messages of one stream, over its connections, by the reader's monotonic clock; messages of one read have none between them."},
	{Name: "gap_p90_seconds", Unit: "s", Better: "", Doc: "90th percentile of the time between messages of one stream."},
	{Name: "gap_p99_seconds", Unit: "s", Better: "", Doc: "99th percentile of the time between messages of one stream."},
	{Name: "gap_p999_seconds", Unit: "s", Better: "", Doc: "99.9th percentile of the time between messages of one stream."},
	{Name: "gap_max_seconds", Unit: "s", Better: "", Doc: "Longest time between messages of one stream; it has no interval."},
	{Name: "stalls", Unit: "stalls", Better: "lower", Doc: "Times a stream was silent for longer than --stall, reconnecting and the end of the run included."},
	{Name: "silence_max_seconds", Unit: "s", Better: "lower", Doc: "Longest silence of a stream, also one that the end of the run cut short."},
	{Name: "lost_share", Unit: "message/message", Better: "lower", Doc: "Share of the sequence numbers between the first and the last seen of each stream that never came."},
	{Name: "duplicate_share", Unit: "message/message", Better: "lower", Doc: "Share of the messages whose sequence number had come before, by a memory of 1024 numbers a stream."},
	{Name: "reordered_share", Unit: "message/message", Better: "lower", Doc: "Share of the messages that came after one with a higher sequence number."},
	{Name: "clock_bound_seconds", Unit: "s", Better: "lower", Doc: "Most by which a latency may be wrong because the clocks are of two hosts, by the exchanges of --clock."},
	{Name: "pacer_late_p99_seconds", Unit: "s", Better: "", Timed: true, Doc: "99th percentile of how late the pacer woke an idle server: the harness's own error in latencies."},
	{Name: "latency_p50_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "Median of receive time minus intended send time, by the host's monotonic clock."},
	{Name: "latency_p90_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "90th percentile of receive time minus intended send time."},
	{Name: "latency_p99_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "99th percentile of receive time minus intended send time."},
	{Name: "latency_p999_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "99.9th percentile of receive time minus intended send time."},
	{Name: "latency_max_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "Largest receive time minus intended send time; it has no interval."},
	{Name: "latency_mean_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "Mean of receive time minus intended send time, by the trial's HdrHistogram, whose buckets are at most 0.1 % wide."},
	{Name: "latency_spread_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "99th percentile less the median of receive time minus intended send time in one trial: how much the delay varies. Of fewer than 100 messages it is the largest less the median."},
	{Name: "write_p50_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "Median time inside one write call, by the server's monotonic clock."},
	{Name: "write_p90_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "90th percentile of the time inside one write call."},
	{Name: "write_p99_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "99th percentile of the time inside one write call."},
	{Name: "write_p999_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "99.9th percentile of the time inside one write call."},
	{Name: "write_max_seconds", Unit: "s", Better: "lower", Timed: true, Doc: "Longest time inside one write call; it has no interval."},
}

// MetricNamed returns the metric of that name.
func MetricNamed(name string) (Metric, bool) {
	for _, m := range Metrics {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}
