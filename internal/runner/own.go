package runner

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

// superviseRole is the child that runs a server of the user's.
const superviseRole = "supervise"

// fromOutside says why a figure of our own server is missing of another's.
const fromOutside = "it cannot be seen from outside the server"

// A hosting is how the server of a cell is started.
type hosting struct {
	role   string        // of the child
	name   string        // for messages
	core   int           // of the child
	config any           // what it is sent
	within time.Duration // what the server may take beyond the usual to be ready
	end    func(*process)
}

// hosting returns that of a cell; host is the server's address.
func (r *Runner) hosting(c plan.Cell, host string, block int, grace plan.Seconds) (hosting, error) {
	p := r.Run.Manifest.Plan
	if c.Ours() {
		serve := server.Config{Listen: host + ":0", Factors: c.Factors, Seed: p.Seed + uint64(block), Grace: grace, Look: r.looking, Inject: p.ArmOf(c).Inject}
		return hosting{role: "serve", name: "server", core: r.Pins.Server, config: serve, end: (*process).kill}, nil
	}
	name := c.Factors.Text("server")
	s, ok := p.ServerOf(c)
	if !ok {
		return hosting{}, fmt.Errorf("server %s: the manifest does not say how it is started", name)
	}
	log, err := filepath.Abs(filepath.Join(r.Run.Dir, results.ServerLogFile))
	if err != nil {
		return hosting{}, err
	}
	return hosting{
		role: superviseRole, name: "server " + name,
		core:   -1, // what it does itself shall not take the server's time
		within: s.ReadyWithin.Duration(),
		config: ownserver.Config{
			Server: s, Host: host, Core: r.Pins.Server, Log: log,
			Title: fmt.Sprintf("%s block %d %s", r.Now().UTC().Format(time.RFC3339), block, c.ID),
		},
		// It ends the server, and may not be killed before it has.
		end: func(p *process) { p.stdin.Close() },
	}, nil
}

// stream describes messages that are not pushbench's; nil if they are.
func (r *Runner) stream(c plan.Cell) *loadgen.Stream {
	s, ok := r.Run.Manifest.Plan.ServerOf(c)
	if !ok || s.Messages == plan.MessagesPushbench {
		return nil
	}
	return &loadgen.Stream{Messages: s.Messages, Timestamp: s.Timestamp, Sequence: s.Sequence}
}

// receiveServer waits for what the server's side recorded.
func (o *outcome) receiveServer(c plan.Cell, sp *process, within time.Duration) error {
	if c.Ours() {
		return sp.receive(&o.server, within)
	}
	o.own = &ownserver.Record{}
	if err := sp.receive(o.own, within); err != nil || o.own.Ended == "" {
		return err
	}
	return sp.failed("%w", errors.New(o.own.Ended))
}

// deriveOwn adds what was seen of a server from outside. Only the reader knows
// how many messages there were.
func deriveOwn(t *results.Trial, c plan.Cell, o outcome) {
	for _, name := range []string{"write_calls_per_message", "allocs_per_message", "gc_pause_seconds_per_second"} {
		missing(t, name, fromOutside)
	}
	if c.Timed() {
		for _, q := range quantiles {
			missing(t, "write_"+q.name+"_seconds", fromOutside)
		}
	}
	if h := decode(o.generator.Gaps); h != nil && h.TotalCount() > 0 {
		for _, q := range quantiles {
			t.Metrics["gap_"+q.name+"_seconds"] = seconds(h.ValueAtQuantile(q.q))
		}
	}
	if got := o.generator.Received; got.Messages > 0 {
		t.Metrics["lost_share"] = float64(got.Lost) / float64(got.Lost+got.Messages)
	}
	t.Metrics["server_memory_bytes"] = float64(o.own.End.Usage.MaxRSS)
	n := float64(o.generator.End.Messages - o.generator.Begin.Messages)
	span := seconds(o.own.End.Time-o.own.Begin.Time) * working(o.own.Times)
	if span <= 0 {
		return
	}
	spent(t, o.own.End.Usage.Sub(o.own.Begin.Usage), n, span)
	begin, end := o.tcp()
	if begin == nil || end == nil {
		noTCP(t, o.own.NoTCP)
		return
	}
	sent(t, end.Sub(*begin), n, span*c.Factors.Number("connections"))
}

// judgeOwn holds what the reader saw of a server whose own account is missing.
func judgeOwn(t *results.Trial, o outcome, invalid func(string, ...any)) {
	gen, got := o.generator, o.generator.Received
	if gen.End.Bytes == gen.Begin.Bytes {
		invalid("nothing passed within the window")
	}
	if got.Corrupt > 0 || got.Reordered > 0 {
		invalid("messages were altered or out of order")
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d altered, %d out of order", got.Corrupt, got.Reordered))
	}
	if got.Lost > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d messages were left out, by their numbers", got.Lost))
	}
	if o.link.dead() {
		return // connections that fail and streams without an end are what is looked for
	}
	if gen.Unstamped > 0 || gen.Unnumbered > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("of %d messages in the window, the timestamp of %d and the sequence of %d could not be read", got.Messages, gen.Unstamped, gen.Unnumbered))
	}
	if gen.Failed > 0 {
		invalid("a connection failed (generator)")
		t.Warnings = append(t.Warnings, "generator: "+gen.Errors[0])
	}
}
