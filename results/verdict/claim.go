// Package verdict settles claims by what a run measured. A claim holds, holds
// when some condition is met, does not hold, or stays undecided; each of the
// four can come out, and none is reached without intervals.
package verdict

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// The four verdicts.
const (
	Holds     = "holds"
	HoldsWhen = "holds when"
	Fails     = "does not hold"
	Undecided = "undecided"
)

// Eyes are what looks into the server beside a claim's scenario.
type Eyes string

// What looks: at nothing, at the system calls it makes, or at its first connection
// and the latencies, moment by moment.
const (
	NoEyes   Eyes = ""
	Syscalls Eyes = "syscalls"
	Timeline Eyes = "timeline"
)

// A Claim is a statement that can be settled.
type Claim struct {
	ID       string
	Says     string // the statement, with the figures it gives
	Scenario string // the built-in one that measures it
	// Quick replaces factors' values, as --set does, in a run that shall be short.
	Quick []string
	Eyes  Eyes
	// applies tells whether a plan measures what the claim is about; nil is that it
	// is of Scenario.
	applies func(plan.Plan) bool
	settle  func(Evidence) results.Verdict
}

// Applies tells whether a plan measures what the claim is about.
func (c Claim) Applies(p plan.Plan) bool {
	if c.applies != nil {
		return c.applies(p)
	}
	return p.Name == c.Scenario
}

// Settle applies the claim's rule.
func (c Claim) Settle(e Evidence) results.Verdict {
	v := c.settle(e)
	v.Claim = c.ID
	return v
}

// Claims lists every claim that can be settled, in the order shown.
var Claims = []Claim{
	{
		ID: "sse-basic", Says: "an event leaves at once after a flush; proxies and connections stay alive with heartbeats",
		Scenario: "sse-basic", Quick: []string{"audience=independent", "connections=100"}, settle: settleEvents,
	},
	{
		ID: "ratio-3.8", Says: "bufio.Writer is 3.8 times faster than conn.Write",
		Scenario: "reproduce-3.8x", Quick: []string{"strategy=direct,bufio", "buffer=4KiB", "read_size=256KiB", "nodelay=true", "message=64B,256B,1KiB,4KiB"}, applies: measuresRatio, settle: settleRatio,
	},
	{
		ID: "write-is-writev", Says: "conn.Write goes through writev",
		Scenario: "write-is-writev", Quick: []string{"strategy=direct,writev"}, Eyes: Syscalls, settle: settleWritev,
	},
	{
		ID: "buffer-size", Says: "bufio with 256 B, 4 KiB and 64 KiB moves 12.3, 187.6 and 201.4 MB/s with 40,960, 2,560 and 160 writes for 10 MiB",
		Scenario: "buffer-size", Quick: []string{"buffer=256B,4KiB,64KiB", "message=64B", "sink=socket,null"}, applies: measuresBuffers, settle: settleBuffers,
	},
	{
		ID: "nagle", Says: "Nagle on: 28 ms mean latency, 92 % link use; off (TCP_NODELAY): 3.2 ms, 67 %, and every write is a segment of its own",
		Scenario: "nagle", settle: settleNagle,
		Quick: []string{"rtt=5ms", "message=128B", "read_size=256KiB"},
	},
	{
		ID: "conn-vs-syscall", Says: "10,000 writes of 1 KB take 8.2 µs each through conn.Write and 5.7 µs through syscall.Write, with as many calls",
		Scenario: "conn-vs-syscall", applies: measuresSyscall, settle: settleSyscall,
	},
	{
		ID: "netconn-bounds", Says: "Write blocks only until the send buffer has room; ReadFrom can splice",
		Scenario: "netconn-bounds", Quick: []string{"buffer=64KiB"}, Eyes: Syscalls, settle: settleNetconn,
	},
	{
		ID: "h2push-vs-ws", Says: "HTTP/2 push carries static dependencies, WebSocket a long-lived stream",
		Scenario: "h2push-vs-ws", Quick: []string{"transport=ws,h2push", "message=1KiB", "rtt=20ms"}, settle: settlePushes,
	},
	{
		ID: "blocked-writers", Says: "a goroutine blocked in Write keeps its P busy; a write deadline of 500 ms brings healthy readers' latency back",
		Scenario: "blocked-writers", Quick: []string{"connections=500", "rate=5/s", "workers=0,32"}, settle: settleBlocked,
	},
	{
		ID: "bdp-pipeline", Says: "with bandwidth × smoothed RTT in flight, too small a limit stalls the pipe, and too large a one only adds queueing delay",
		Scenario: "bdp-pipeline", Quick: []string{"rtt=10ms", "high_water=80%"}, settle: settlePipeline,
	},
	{
		ID: "dual-trigger", Says: "flush on 5 s or 64 KiB, whichever is first: small windows bound latency, thresholds bound calls, and no message waits longer than 5 s",
		Scenario: "dual-trigger", Quick: []string{"window=20ms", "sink=socket"}, settle: settleTriggers,
	},
	{
		ID: "three-level", Says: "at 1 MB/s raw write, bufio, and bufio with a ring buffer and sync.Pool make 12,500, 890 and 12 allocations a second, and the collector pauses 3.2, 0.4 and 0.01 ms a second",
		Scenario: "three-level", Quick: []string{"sink=null"}, settle: settleLevels,
	},
	{
		ID: "weak-tcp-options", Says: "quick ACKs lower delay jitter, and a TCP_USER_TIMEOUT of 2 to 5 s makes the time to notice a dead peer predictable",
		Scenario: "weak-tcp-options", settle: settleWeakOptions,
		Quick: []string{"user_timeout=2s", "nodelay=false", "loss=0%", "rtt=20ms"},
	},
	{
		ID: "ebpf-watermark", Says: "queued/sndbuf above 0.9 foretells packet loss",
		Scenario: "ebpf-watermark", Quick: []string{"sndbuf=0B"}, Eyes: Timeline, settle: settleWatermark,
	},
}

// Named returns the claim of that name.
func Named(id string) (Claim, bool) {
	for _, c := range Claims {
		if c.ID == id {
			return c, true
		}
	}
	return Claim{}, false
}

// All settles the claims that the run has measured something about.
func All(e Evidence) []results.Verdict {
	var out []results.Verdict
	for _, c := range Claims {
		if c.Applies(e.Plan) {
			out = append(out, c.Settle(e))
		}
	}
	return out
}
