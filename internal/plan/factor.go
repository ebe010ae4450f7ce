// Package plan holds what is to be measured: cells of factors, how long each
// runs, what is compared and what is drawn. It is pure data that every later
// stage (runner, results, charts) reads; package scenarios makes it.
package plan

// A Kind says how a factor's value is written and stored.
type Kind int

// The kinds. Stored values are JSON scalars in base units.
const (
	Enum      Kind = iota // one of Factor.Values; stored as a string
	Name                  // any word, such as a network profile; stored as a string
	Bool                  // stored as a bool
	Count                 // a whole number; stored as a float64
	Size                  // bytes; stored as a float64
	Duration              // seconds; stored as a float64
	Rate                  // events per second; stored as a float64
	Share                 // a fraction from 0 to 1; stored as a float64
	Bandwidth             // bits per second; stored as a float64
)

// A Factor is one thing a cell can vary.
type Factor struct {
	Name    string
	Kind    Kind
	Values  []string // of an Enum, in the order people should see them
	Default any      // what a cell has when the scenario says nothing
	Min     float64  // least allowed value of a number
	Max     float64  // largest allowed value of a number; 0 is no limit
	Doc     string   // one sentence for the schema and the reference
	// Harness factors are set by a command, never by a scenario.
	Harness bool
}

// Factors lists every factor in the order used in cell identities and tables.
// A default never changes: identities leave out values that equal it, so that
// a new factor leaves stored identities as they were.
var Factors = []Factor{
	{Name: ArmFactor, Kind: Name, Default: "", Harness: true, Doc: "Which of the programs that a gate compares is measured, such as base or head."},
	{Name: "server", Kind: Name, Default: Ours, Doc: "Whose server is measured: pushbench's own, or one of the scenario's."},
	{Name: "transport", Kind: Enum, Values: []string{"tcp", "sse", "ws", "h2", "h2push"}, Default: "tcp", Doc: "How one message travels on one connection."},
	{Name: "tls", Kind: Enum, Values: []string{"none", "above", "below"}, Default: "none", Doc: "Whether the connection is encrypted, and where the strategy stands: above the records of TLS, or below them."},
	{Name: "ws_prepared", Kind: Bool, Default: false, Doc: "A broadcast message is framed once for all WebSocket connections (gorilla's PreparedMessage)."},
	{Name: "ws_pool", Kind: Bool, Default: false, Doc: "WebSocket connections share their write buffers (gorilla's WriteBufferPool)."},
	{Name: "deflate", Kind: Bool, Default: false, Doc: "Each WebSocket message is compressed (permessage-deflate, without context takeover); the padding does not compress."},
	{Name: "heartbeat", Kind: Duration, Default: float64(0), Max: 3600, Doc: "After how long a silence the server writes a comment into a stream of events; 0 is never."},
	{Name: "h2_window", Kind: Size, Default: float64(0), Max: 1<<31 - 1, Doc: "What an HTTP/2 client lets the server send ahead, on a stream and on the connection; 0 is what Go's client does, 4 MiB and 1 GiB."},
	{Name: "sink", Kind: Enum, Values: []string{"socket", "pipe", "null"}, Default: "socket", Doc: "Where the bytes go: to the socket, into a pipe that the generator reads, or to /dev/null, which nobody reads: of what is written there the server's own count is all there is."},
	{Name: "strategy", Kind: Name, Default: "direct", Doc: "How bytes reach the kernel."},
	{Name: "flush", Kind: Enum, Values: []string{"each", "full", "idle", "window", "next-write"}, Default: "each", Doc: "When held bytes are handed on: after each message, when the buffer is full, when nothing waits, or after bytes or time, whichever is first (window); next-write is a window without a timer: it looks at the clock when the next message comes, and the tail stays until the stream ends."},
	{Name: "buffer", Kind: Size, Default: float64(4096), Min: 16, Max: 64 << 20, Doc: "Bytes the strategy holds back before it writes."},
	{Name: "window", Kind: Duration, Default: 0.005, Min: 1e-6, Max: 60, Doc: "The longest time flush=window holds a byte; under next-write, the time since the last flush after which a message flushes."},
	{Name: "threshold", Kind: Size, Default: float64(0), Max: 64 << 20, Doc: "Bytes at which flush=window and next-write flush early; 0 is the buffer size."},
	{Name: "bdp_share", Kind: Share, Default: float64(1), Min: 0.01, Max: 100, Doc: "Bytes that strategy pipeline lets be in flight, as a share of bandwidth times round-trip time, once the connection has left slow start."},
	{Name: "bdp_rtt", Kind: Enum, Values: []string{"smoothed", "least"}, Default: "smoothed", Doc: "The round-trip time in that product: TCP's smoothed one, or the least it has seen."},
	{Name: "high_water", Kind: Share, Default: 0.8, Min: 0.05, Max: 1, Doc: "Share of the send buffer at which strategy pipeline pauses."},
	{Name: "message", Kind: Size, Default: float64(64), Min: 16, Max: 16 << 20, Doc: "Payload bytes of a message, its 16-byte header included."},
	{Name: "message_memory", Kind: Enum, Values: []string{"reused", "fresh"}, Default: "reused", Doc: "Where paced messages are made: in memory that is used again for each batch, or each in a heap object of its own."},
	{Name: "nodelay", Kind: Bool, Default: true, Doc: "TCP_NODELAY on the writer's socket; Go turns it on by default."},
	{Name: "sndbuf", Kind: Size, Default: float64(0), Max: 1 << 30, Doc: "SO_SNDBUF on the writer's socket; 0 leaves it to the kernel."},
	{Name: "notsent_lowat", Kind: Size, Default: float64(0), Max: 1 << 30, Doc: "TCP_NOTSENT_LOWAT on the writer's socket: bytes not yet sent above which it is not writable; 0 leaves it to the kernel."},
	{Name: "user_timeout", Kind: Duration, Default: float64(0), Max: 3600, Doc: "TCP_USER_TIMEOUT on the writer's socket: how long sent bytes may stay unacknowledged; 0 leaves it to the kernel."},
	{Name: "writer_quickack", Kind: Bool, Default: false, Doc: "TCP_QUICKACK on the writer's socket, set again after each batch that is written: it concerns what a socket receives, and this one receives nothing."},
	{Name: "write_deadline", Kind: Duration, Default: float64(0), Max: 3600, Doc: "How long one batch may take to write before its connection is given up; 0 is for ever."},
	{Name: "congestion", Kind: Name, Default: "cubic", Doc: "TCP congestion control of the writer's socket."},
	{Name: "read_size", Kind: Size, Default: float64(256 << 10), Min: 1, Max: 64 << 20, Doc: "Bytes the reader asks for in one read call."},
	{Name: "rcvbuf", Kind: Size, Default: float64(0), Max: 1 << 30, Doc: "SO_RCVBUF on the reader's socket; 0 leaves it to the kernel."},
	{Name: "quickack", Kind: Bool, Default: false, Doc: "TCP_QUICKACK on the reader's socket, set again after each read: it does not stick."},
	{Name: "delayed_ack", Kind: Bool, Default: false, Doc: "The reader keeps each acknowledgement back for up to 40 ms, as a kernel does on a connection that also sends: TCP_QUICKACK is turned off on its socket, again after each read."},
	{Name: "idle_close", Kind: Duration, Default: float64(0), Max: 3600, Doc: "How long no byte may come before the reader gives the connection up for good, as proxies do (nginx's proxy_read_timeout); 0 is for ever. A slow reader never does."},
	{Name: "network", Kind: Name, Default: "loopback", Doc: "Where the bytes travel: loopback, veth, emulated (made of rtt, bandwidth and loss), a profile's name, or the path of a profile's .yaml file."},
	{Name: "rtt", Kind: Duration, Default: float64(0), Max: 60, Doc: "Round-trip time of network=emulated, half of it each way."},
	{Name: "bandwidth", Kind: Bandwidth, Default: float64(0), Max: 100e9, Doc: "Rate of network=emulated each way, Ethernet frames counted; 0 is no limit. The queue before it is one bandwidth-delay product, at least 50 packets."},
	{Name: "loss", Kind: Share, Default: float64(0), Max: 0.5, Doc: "Share of the packets that network=emulated loses at random, each way."},
	{Name: "load", Kind: Enum, Values: []string{"saturate", "rate", "burst", "replay"}, Default: "saturate", Doc: "As fast as accepted, or an open loop: at a rate, in bursts, or at the times of a file."},
	{Name: "audience", Kind: Enum, Values: []string{"independent", "broadcast"}, Default: "independent", Doc: "Whether each connection has a stream of its own, or all get the same messages at the same times."},
	{Name: "arrival", Kind: Enum, Values: []string{"constant", "poisson"}, Default: "constant", Doc: "How intended send times of load=rate are spaced."},
	{Name: "rate", Kind: Rate, Default: float64(1000), Min: 1e-3, Max: 1e8, Doc: "Messages per second on each connection, the mean under load=burst."},
	{Name: "burst", Kind: Count, Default: float64(10), Min: 1, Max: 1e6, Doc: "Messages due at the same moment under load=burst."},
	{Name: "replay", Kind: Name, Default: "", Doc: "File of times and sizes for load=replay: SECONDS,BYTES or JSON lines with t and size; relative to the working directory."},
	{Name: "queue", Kind: Count, Default: float64(1024), Min: 1, Max: 1 << 24, Doc: "Messages that may wait for one connection."},
	{Name: "overflow", Kind: Enum, Values: []string{"block", "drop-oldest", "drop-newest", "disconnect"}, Default: "block", Doc: "What happens to a message that is due when its connection's queue is full; block lets that stream wait, and its lateness counts."},
	{Name: "workers", Kind: Count, Default: float64(0), Max: 100000, Doc: "Goroutines that write for all connections, one message batch at a time; 0 is one for each connection."},
	{Name: "slow_share", Kind: Share, Default: float64(0), Max: 1, Doc: "Share of the connections whose reader is slow. Latencies are of the others."},
	{Name: "slow_read", Kind: Size, Default: float64(0), Max: 1 << 40, Doc: "Bytes per second a slow reader takes; 0 stops reading."},
	{Name: "connections", Kind: Count, Default: float64(1), Min: 1, Max: 100000, Doc: "Concurrent connections."},
}

// FactorNamed returns the factor of that name.
func FactorNamed(name string) (Factor, bool) {
	for _, f := range Factors {
		if f.Name == name {
			return f, true
		}
	}
	return Factor{}, false
}
