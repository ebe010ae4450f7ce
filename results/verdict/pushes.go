package verdict

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

const (
	// samely is the least ratio of latencies that is not less: the link's share is
	// equal, and clocks and timers are not exact.
	samely = 0.95
	// savedTrips is the least part of a round trip that counts as one saved.
	savedTrips = 0.5
)

// settlePushes takes the claim, that push carries static dependencies and
// WebSocket a long-lived stream, as one of which is better at what:
//
//   - WebSocket is the better carrier of a stream, at a message size and with TLS
//     or without, where a pushed message takes no fewer bytes on the link, no less
//     CPU of the server (at full speed, where it can be told), and arrives no sooner,
//     the median within 5 %.
//   - Push is the better carrier of a dependency, which is sent once, where the
//     first message can come a round trip sooner than over WebSocket: half of one at
//     least, from the attempt to connect. (That a client need not ask for what is
//     pushed saves it a request; a WebSocket server need not be asked either.)
func settlePushes(e Evidence) results.Verdict {
	v := weigh(append(e.streamed(), e.firstPushed()...))
	v.Interval = e.pushInterval()
	v.Cause = e.pushCause()
	return v
}

var overWS = plan.Values{"transport": "ws"}

// pushedStreams are the cells in which a stream of messages is pushed at a rate.
func (e Evidence) pushedStreams() (out []results.Cell) {
	for _, c := range e.cells(plan.Values{"transport": "h2push", "load": "rate"}) {
		if _, ok := e.ratio("wire_bytes_per_message", c, overWS); ok {
			out = append(out, c)
		}
	}
	return out
}

func (e Evidence) streamed() (out []Case) {
	for _, c := range e.pushedStreams() {
		at := where(c.Factors, "message", "tls")
		bytes, _ := e.ratio("wire_bytes_per_message", c, overWS)
		latency, _ := e.ratio("latency_p50_seconds", c, overWS)
		full := e.atFullSpeed(c)
		cpu, _ := e.ratio("server_cpu_seconds_per_message", full, overWS)
		if full.Censored > 0 { // held up by its reader: at its best it may take less
			cpu.Lo, cpu.Hi = nil, nil
		}
		out = append(out, newCase("a stream over WebSocket, "+at,
			atLeast("bytes on the link of a push to those of a frame, "+at, bytes, 1),
			atLeast("CPU of a push to that of a frame, "+at, cpu, 1),
			atLeast("median latency of a push to that of a frame, "+at, latency, samely)))
	}
	return out
}

// atFullSpeed is the saturated cell of the same transport, message and TLS.
func (e Evidence) atFullSpeed(c results.Cell) results.Cell {
	full, _ := e.cell(plan.Values{"transport": c.Factors["transport"], "message": c.Factors["message"], "tls": c.Factors["tls"], "load": "saturate"})
	return full
}

// firstPushed compares when the first message can come, at each round-trip time.
func (e Evidence) firstPushed() (out []Case) {
	for _, c := range e.cells(plan.Values{"transport": "h2push", "load": "rate"}) {
		if _, ok := e.ratio("connect_p50_seconds", c, overWS); !ok {
			continue
		}
		ws, _ := e.cell(with(c.Factors, overWS))
		at := where(c.Factors, "rtt", "tls")
		out = append(out, newCase("a dependency that is pushed, "+at,
			atLeast("round trips that push saves until the first message, "+at, e.tripsSaved(ws, c), savedTrips)))
	}
	return out
}

// tripsSaved is by how many round trips the first message can come sooner on one
// connection than on the other, a median over blocks.
func (e Evidence) tripsSaved(ws, push results.Cell) results.Estimate {
	const name = "connect_p50_seconds"
	rtt := push.Factors.Number("rtt")
	return medianOf("round trips saved", "round trips", e.perBlock(func(trials []results.Trial) (float64, bool) {
		a, ok1 := trials[0].Metrics[name]
		b, ok2 := trials[1].Metrics[name]
		return (a - b) / rtt, ok1 && ok2 && rtt > 0
	}, ws, push))
}

// typical is the pushed stream to speak of: with TLS, as browsers have it, and of
// the medium size of those there are.
func (e Evidence) typical() (out results.Cell, ok bool) {
	var secure []results.Cell
	for _, c := range e.pushedStreams() {
		if c.Factors.Text("tls") != "none" {
			secure = append(secure, c)
		}
	}
	if len(secure) == 0 {
		return out, false
	}
	return secure[len(secure)/2], true
}

func (e Evidence) pushInterval() *results.Estimate {
	c, ok := e.typical()
	if !ok {
		return nil
	}
	bytes, ok := e.ratio("wire_bytes_per_message", c, overWS)
	if !ok {
		return nil
	}
	bytes.What = "bytes on the link of a push to those of a WebSocket frame, " + where(c.Factors, "message", "tls")
	return &bytes
}

// pushCause says what a push adds to a message, and what opening takes.
func (e Evidence) pushCause() string {
	c, ok := e.typical()
	if !ok {
		return ""
	}
	ws, _ := e.cell(with(c.Factors, overWS))
	here, _ := metric(c, "wire_bytes_per_message")
	there, _ := metric(ws, "wire_bytes_per_message")
	cpu, _ := metric(e.atFullSpeed(c), "server_cpu_seconds_per_message")
	cpuWS, _ := metric(e.atFullSpeed(ws), "server_cpu_seconds_per_message")
	trips := func(c results.Cell) string {
		m, _ := metric(c, "connect_p50_seconds")
		return units.Digits(m.Median/c.Factors.Number("rtt"), 3)
	}
	slow, _ := metric(c, "server_cpu_seconds_per_message")
	slowWS, _ := metric(ws, "server_cpu_seconds_per_message")
	text := fmt.Sprintf("%s: a push, with its promise and its head, takes %s on the link and %s of CPU, a frame %s and %s (at %s, where waking up is most of it, %s and %s)",
		where(c.Factors, "message", "tls"), figure(here.Median, "B"), figure(cpu.Median, "s"), figure(there.Median, "B"), figure(cpuWS.Median, "s"),
		units.Value("rate", c.Factors["rate"]), figure(slow.Median, "s"), figure(slowWS.Median, "s"))
	if h2, ok := e.cell(with(c.Factors, plan.Values{"transport": "h2"})); ok {
		m, _ := metric(e.atFullSpeed(h2), "server_cpu_seconds_per_message")
		text += fmt.Sprintf(", a message on one stream of HTTP/2 %s of CPU", figure(m.Median, "s"))
	}
	return text + fmt.Sprintf("; the first message can come %s round trips after the attempt to connect where it is pushed and %s over WebSocket", trips(c), trips(ws))
}
