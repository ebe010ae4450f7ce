package runner

import (
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// An outcome is all that one trial recorded.
type outcome struct {
	server    server.Record
	own       *ownserver.Record // instead, where the server is the user's
	generator loadgen.Record
	link      *emulation // nil where nothing is emulated
	idle      int        // slices in which nothing was done
	slices    int        // all of them
}

// tcp is what the kernel knew of the server's connections around the window.
func (o outcome) tcp() (begin, end *server.TCPInfo) {
	if o.own != nil {
		return o.own.Begin.TCP, o.own.End.TCP
	}
	return o.server.Begin.TCP, o.server.End.TCP
}

// An emulation is what an emulated network did in a trial.
type emulation struct {
	profile  *profile.Profile
	began    int64 // clock.Now when the profile's moments began
	counters netem.Counters
	late     time.Duration // 99th percentile; negative where it is not known
	tooLate  string        // why the trial is invalid, or ""
}

// observe reads what a link did since it was made, for this trial alone.
func (n *network) observe(began int64) (*emulation, error) {
	p := n.profile()
	if p == nil {
		return nil, nil
	}
	counters, err := n.link.Counters()
	if err != nil {
		return nil, err
	}
	e := &emulation{profile: p, began: began, counters: counters, late: -1}
	if late := n.link.Lateness(); late.Count() > 0 {
		e.late, e.tooLate = late.Quantile(0.99), n.link.Late(late)
	}
	return e, nil
}

// dead tells whether the network died for good within the trial.
func (e *emulation) dead() bool {
	if e == nil {
		return false
	}
	_, back, dead := outage(e.profile)
	return dead && back == profile.Never
}

// responseLosses is how many packets must have been lost before the response of a
// congestion control to losses is taken for a limit: it is a mean over many losses,
// and until then goodput tells of the window that slow start left.
const responseLosses = 10

// deriveLink adds the metrics of an emulated network and of the limit it sets.
func deriveLink(t *results.Trial, c plan.Cell, o outcome) {
	e, m := o.link, t.Metrics
	if e == nil {
		return
	}
	if n := float64(e.counters.Down.Arrived); n > 0 {
		m["link_dropped_share"] = float64(e.counters.Down.Dropped) / n
		m["link_lost_share"] = float64(e.counters.Down.Lost) / n
	}
	if e.late >= 0 {
		m["emulator_late_p99_seconds"] = e.late.Seconds()
	} else {
		missing(t, "emulator_late_p99_seconds", "only backend user tells how late it was")
	}
	deriveNotice(t, e, o)
	if len(e.profile.Moments) > 0 {
		missing(t, "limit_bytes_per_second", "the network changes over time")
		return
	}
	link := linkLimit(c.Factors, &e.profile.Down, e.profile.RTT())
	if e.counters.Down.Lost < responseLosses {
		link.Loss = 0
	}
	if b, e := o.tcp(); b != nil && e != nil {
		link.Window = float64(max(b.Window, e.Window))
	}
	if w, ok := windowHTTP2(m, c.Factors); ok && (link.Window == 0 || w < link.Window) {
		link.Window = w
	}
	most, ok := link.BytesPerSecond()
	if !ok {
		missing(t, "limit_bytes_per_second", "nothing is known to limit this network")
		return
	}
	if size := c.Factors.Number("message"); c.Ours() && c.Factors.Text("load") != "replay" {
		most *= size / (size + wire.PrefixSize) // goodput counts no framing
	}
	m["limit_bytes_per_second"] = most
	if goodput, ok := m["goodput_bytes_per_second"]; ok {
		m["efficiency"] = goodput / most
	}
}

// windowHTTP2 is how many bytes the clients' flow control allows in flight, all
// connections. Each push has a stream of its own: there the connection's window binds.
func windowHTTP2(m map[string]float64, c plan.Values) (bytes float64, ok bool) {
	bytes, ok = m["h2_connection_window_bytes"]
	if c.Text("transport") == "h2" {
		bytes = min(bytes, m["h2_stream_window_bytes"])
	}
	return bytes * c.Number("connections"), ok
}

// deriveNotice adds how long the server took to notice that the network died.
func deriveNotice(t *results.Trial, e *emulation, o outcome) {
	at, _, dead := outage(e.profile)
	if !dead {
		return
	}
	srv := o.server
	if since := srv.Noticed - e.began - int64(at); srv.Noticed > 0 && since > 0 {
		t.Metrics["notice_seconds"] = seconds(since)
		return
	}
	if o.own != nil {
		missing(t, "notice_seconds", fromOutside)
		return
	}
	missing(t, "notice_seconds", "no write failed before the trial ended")
}

// judgeLink makes a trial invalid whose network was not what was asked for.
func judgeLink(t *results.Trial, e *emulation) {
	if e == nil {
		return
	}
	invalid := func(reason, detail string) {
		t.State = results.Invalid
		t.Reasons = append(t.Reasons, reason)
		t.Warnings = append(t.Warnings, detail)
	}
	if e.tooLate != "" {
		invalid("the emulator was late", e.tooLate)
	}
	if n := e.counters.Down.Overrun + e.counters.Up.Overrun; n > 0 {
		invalid("the emulator was too slow: packets overran it", fmt.Sprintf("%d packets overran the emulator", n))
	}
}
