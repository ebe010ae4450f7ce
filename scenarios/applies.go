package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
	"github.com/pushbench/pushbench/server/strategy"
	"github.com/pushbench/pushbench/server/transport"
)

// A rule says which cells a factor applies to; a factor without one applies to
// all. when may look at any factor whose own rule stands above.
type rule struct {
	factor string
	needs  string // what a cell must have, for messages
	when   func(plan.Values) bool
}

var rules = []rule{
	{"sink", "transport: tcp and tls: none", func(v plan.Values) bool { return v.Text("transport") == "tcp" && v.Text("tls") == "none" }},
	{"nodelay", toSocket, is("sink", "socket")},
	{"sndbuf", toSocket, is("sink", "socket")},
	{"notsent_lowat", toSocket, is("sink", "socket")},
	{"user_timeout", toSocket, is("sink", "socket")},
	{"writer_quickack", toSocket, is("sink", "socket")},
	{"congestion", toSocket, is("sink", "socket")},
	{"rcvbuf", toSocket, is("sink", "socket")},
	{"quickack", toSocket, is("sink", "socket")},
	{"delayed_ack", toSocket, is("sink", "socket")},
	{"idle_close", toSocket, is("sink", "socket")},
	{"flush", "a strategy or a transport that holds bytes back", heldBack},
	{"buffer", "a strategy that holds bytes back", usedByStrategy("buffer")},
	{"window", "flush: window or next-write", windowed},
	{"threshold", "flush: window or next-write", windowed},
	{"bdp_share", "strategy: pipeline", usedByStrategy("bdp_share")},
	{"bdp_rtt", "strategy: pipeline", usedByStrategy("bdp_rtt")},
	{"high_water", "strategy: pipeline", usedByStrategy("high_water")},
	{"message", "a load other than replay, which has its own sizes", not("load", "replay")},
	{"rtt", "network: emulated", is("network", emulated)},
	{"bandwidth", "network: emulated", is("network", emulated)},
	{"loss", "network: emulated", is("network", emulated)},
	{"audience", openLoop, not("load", "saturate")},
	{"arrival", "load: rate", is("load", "rate")},
	{"rate", "load: rate or burst", func(v plan.Values) bool { return v.Text("load") == "rate" || v.Text("load") == "burst" }},
	{"burst", "load: burst", is("load", "burst")},
	{"replay", "load: replay", is("load", "replay")},
	{"ws_prepared", "transport: ws and audience: broadcast", func(v plan.Values) bool {
		return usedByTransport("ws_prepared")(v) && v.Text("audience") == "broadcast"
	}},
	{"heartbeat", "transport: sse and " + openLoop, func(v plan.Values) bool {
		return usedByTransport("heartbeat")(v) && v.Text("load") != "saturate"
	}},
	{"ws_pool", "transport: ws", usedByTransport("ws_pool")},
	{"deflate", "transport: ws", usedByTransport("deflate")},
	{"h2_window", "transport: h2 or h2push", usedByTransport("h2_window")},
	{"message_memory", openLoop, not("load", "saturate")},
	{"queue", openLoop, not("load", "saturate")},
	{"workers", openLoop, not("load", "saturate")},
	{"overflow", openLoop, not("load", "saturate")},
	{"slow_read", "a slow_share above 0", func(v plan.Values) bool { return v.Number("slow_share") > 0 }},
}

func usedByStrategy(factor string) func(plan.Values) bool {
	return func(v plan.Values) bool {
		s, err := strategy.Named(v.Text("strategy"))
		return err == nil && s.Applies(factor)
	}
}

func usedByTransport(factor string) func(plan.Values) bool {
	return func(v plan.Values) bool {
		t, err := transport.Named(v.Text("transport"))
		return err == nil && t.Applies(factor)
	}
}

func windowed(v plan.Values) bool {
	return v.Text("flush") == "window" || v.Text("flush") == "next-write"
}

func heldBack(v plan.Values) bool {
	t, err := transport.Named(v.Text("transport"))
	return err == nil && t.Holds || usedByStrategy("flush")(v)
}

const toSocket = "sink: socket"

const openLoop = "an open-loop load: rate, burst or replay"

func not(factor, value string) func(plan.Values) bool {
	return func(v plan.Values) bool { return v.Text(factor) != value }
}

func is(factor, value string) func(plan.Values) bool {
	return func(v plan.Values) bool { return v.Text(factor) == value }
}

// anyServer lists the factors that belong to the network and the number of
// readers. The others are of our own server and of the reader of its stream: they
// do not apply to a program of the user's.
var anyServer = []string{"server", "network", "rtt", "bandwidth", "loss", "connections"}

// ourServer is what the factors beyond those need.
const ourServer = "pushbench's own server (server: pushbench)"

// complete returns every factor that applies to a cell, defaults filled in.
func complete(given plan.Values) plan.Values {
	v := plan.Values{}
	for _, name := range factorNames() {
		v[name] = given.Get(name)
	}
	for _, r := range rules {
		if !r.when(v) {
			delete(v, r.factor)
		}
	}
	if v.Text("server") != plan.Ours {
		maps.DeleteFunc(v, func(factor string, _ any) bool { return !slices.Contains(anyServer, factor) })
	}
	return v
}

// needs says what a factor needs to apply.
func needs(factor string) string {
	for _, r := range rules {
		if r.factor == factor {
			return r.needs
		}
	}
	return ourServer
}

// leastBandwidth is the least rate that a profile may have.
const leastBandwidth = 1000

// A conflict is a combination that cannot be run: the factor to point at and
// what is wrong, or nothing.
type conflict func(plan.Values) (factor, what string)

var conflicts = []conflict{
	transport.Refuse,
	func(v plan.Values) (string, string) {
		s, err := strategy.Named(v.Text("strategy"))
		flush, applies := v["flush"].(string)
		if err != nil || !applies || !s.Applies("flush") || slices.Contains(s.Flush, flush) {
			return "", ""
		}
		return "flush", fmt.Sprintf("strategy %s does not know flush %s, only %s", s.Name, flush, strings.Join(s.Flush, ", "))
	},
	func(v plan.Values) (string, string) {
		sink, network := v.Text("sink"), v.Text("network")
		if sink == "socket" || network == "loopback" {
			return "", ""
		}
		return "network", fmt.Sprintf("sink %s is no socket: no byte goes over network %s; take loopback", sink, network)
	},
	func(v plan.Values) (string, string) {
		if v.Bool("quickack") && v.Bool("delayed_ack") {
			return "delayed_ack", "quickack and delayed_ack are opposites"
		}
		return "", ""
	},
	func(v plan.Values) (string, string) {
		threshold, applies := v["threshold"].(float64)
		if !applies || threshold <= v.Number("buffer") {
			return "", ""
		}
		return "threshold", fmt.Sprintf("threshold %s can never be reached in a buffer of %s",
			quantity.Bytes.Format(threshold), quantity.Bytes.Format(v.Number("buffer")))
	},
	func(v plan.Values) (string, string) {
		b, applies := v["bandwidth"].(float64)
		if !applies || b == 0 || b >= leastBandwidth {
			return "", ""
		}
		return "bandwidth", fmt.Sprintf("a bandwidth of %s is less than the least, %s; 0bit is no limit",
			quantity.Bandwidth.Format(b), quantity.Bandwidth.Format(leastBandwidth))
	},
	func(v plan.Values) (string, string) {
		if file, applies := v["replay"].(string); !applies || file != "" {
			return "", ""
		}
		return "load", "load replay needs a file: give replay its path"
	},
}
