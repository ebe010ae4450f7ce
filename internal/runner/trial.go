package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/server"
)

const (
	readyTime = 40 * time.Second // to listen, or to connect
	leadTime  = 5 * time.Millisecond
	tailTime  = 20 * time.Millisecond // of the load, after the window
	grace     = plan.Seconds(5)       // for what is under way at the end of a load
	slack     = 10 * time.Second
)

// trial runs one cell once. It always returns a record; the error says why the
// trial failed outright, which the record says too.
func (r *Runner) trial(ctx context.Context, c plan.Cell, block, order int) (results.Trial, error) {
	t := results.Trial{Cell: c.ID, Block: block, Order: order, Started: r.Now().UTC(), State: results.Valid, Metrics: map[string]float64{}}
	boot := suspended()
	srv, gen, err := r.measure(ctx, c, block)
	if err != nil {
		t.State, t.Reasons = results.Invalid, []string{err.Error()}
		return t, err
	}
	derive(&t, c, srv, gen)
	judge(&t, c, srv, gen, suspended()-boot)
	return t, nil
}

// measure starts both sides, lets them run, and returns their records.
func (r *Runner) measure(ctx context.Context, c plan.Cell, block int) (srv server.Record, gen loadgen.Record, err error) {
	net, err := open(c.Factors.Text("network"))
	if err != nil {
		return srv, gen, err
	}
	defer func() { err = errors.Join(err, net.close()) }()
	sp, err := start(r.command("serve", c), "server", net.server, r.Pins.Server)
	if err != nil {
		return srv, gen, err
	}
	defer sp.end()
	defer context.AfterFunc(ctx, sp.kill)()
	seed := r.Run.Manifest.Plan.Seed + uint64(block)
	var up child.Ready
	if err := ready(sp, server.Config{Listen: net.host + ":0", Factors: c.Factors, Seed: seed, Grace: grace}, &up); err != nil {
		return srv, gen, err
	}
	gp, err := start(r.command("load", c), "generator", net.client, r.Pins.Generator)
	if err != nil {
		return srv, gen, err
	}
	defer gp.end()
	defer context.AfterFunc(ctx, gp.kill)()
	if err := ready(gp, loadgen.Config{Target: up.Addr, Factors: c.Factors, Grace: grace}, &child.Ready{}); err != nil {
		return srv, gen, errors.Join(sp.gone(), err) // the one may explain the other
	}
	if err := ready(sp, nil, &up); err != nil { // every connection accepted
		return srv, gen, err
	}
	times := child.Go{Start: clock.Now() + int64(leadTime)}
	times.Begin = times.Start + int64(c.Warmup.Duration())
	times.End = times.Begin + int64(c.Window.Duration())
	times.Stop = times.End + int64(tailTime)
	if err := errors.Join(sp.send(times), gp.send(times)); err != nil {
		return srv, gen, err
	}
	within := c.Warmup.Duration() + c.Window.Duration() + grace.Duration() + slack
	// Both are asked, so that an end of the one explains an end of the other.
	return srv, gen, errors.Join(sp.receive(&srv, within), gp.receive(&gen, within))
}

// ready sends a configuration, if any, and waits until the child can go on.
func ready(p *process, cfg any, up *child.Ready) error {
	if cfg != nil {
		if err := p.send(cfg); err != nil {
			return err
		}
	}
	if err := p.receive(up, readyTime); err != nil {
		return err
	}
	if up.Error != "" {
		return fmt.Errorf("%s: %s", p.role, up.Error)
	}
	return nil
}
