package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/runner/ownserver"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/results"
)

const (
	readyTime  = 40 * time.Second // to listen, or to connect
	readyTrips = 20               // of the network, beyond that
	leadTime   = 5 * time.Millisecond
	tailTime   = 20 * time.Millisecond // of the load after the window, at least
	// A server of the user's is looked at through the process table, which takes
	// longer; its connections must still be there.
	ownTailTime = 150 * time.Millisecond
	tailShare   = 10 // and at least this part of the window
	slack       = 10 * time.Second
)

// trial runs one cell once. It always returns a record; the error says why the
// trial failed outright, which the record says too.
func (r *Runner) trial(ctx context.Context, c plan.Cell, block, order int) (results.Trial, error) {
	t, _, err := r.observed(ctx, c, block, order)
	return t, err
}

// observed is trial with what both sides recorded.
func (r *Runner) observed(ctx context.Context, c plan.Cell, block, order int) (results.Trial, outcome, error) {
	t := results.Trial{Cell: c.ID, Block: block, Order: order, Started: r.Now().UTC(), State: results.Valid, Metrics: map[string]float64{}}
	boot := suspended()
	o, err := r.measure(ctx, c, block)
	if err != nil {
		reason, said, _ := strings.Cut(err.Error(), ownserver.Said)
		t.State, t.Reasons = results.Invalid, []string{reason}
		if said != "" {
			t.Warnings = append(t.Warnings, "it said: "+said)
		}
		return t, o, err
	}
	derive(&t, c, o)
	judge(&t, c, o, suspended()-boot)
	return t, o, nil
}

// measure starts both sides, lets them run, and returns what they recorded.
func (r *Runner) measure(ctx context.Context, c plan.Cell, block int) (o outcome, err error) {
	net, err := open(c.Factors, r.Run.Manifest.Links)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, net.close()) }()
	grace, readyIn := graceOf(c.Factors, net.profile()), readyTime+readyTrips*net.roundTrip()
	h, err := r.hosting(c, net.host, block, plan.Seconds(grace.Seconds()))
	if err != nil {
		return o, err
	}
	sp, err := start(r.command(h.role, c), h.name, net.server, h.core)
	if err != nil {
		return o, err
	}
	defer sp.end()
	defer context.AfterFunc(ctx, func() { h.end(sp) })()
	var up child.Ready
	if err := ready(sp, h.config, &up, readyIn+h.within); err != nil {
		return o, err
	}
	gp, err := start(r.command("load", c), "generator", net.client, r.Pins.Generator)
	if err != nil {
		return o, err
	}
	defer gp.end()
	defer context.AfterFunc(ctx, gp.kill)()
	load := loadgen.Config{Target: up.Addr, Certificate: up.Certificate, Pipes: up.Pipes, Factors: c.Factors, Grace: plan.Seconds(grace.Seconds()), Endless: !c.Ours(), Timed: c.Timed(), Stream: r.stream(c), Slices: r.slices()}
	if err := ready(gp, load, &child.Ready{}, readyIn); err != nil {
		return o, errors.Join(sp.gone(), err) // a server that died explains it
	}
	if c.Ours() {
		if err := ready(sp, nil, &up, readyIn); err != nil { // every connection accepted
			return o, err
		}
	}
	times := child.Go{Start: clock.Now() + int64(leadTime)}
	times.Begin = times.Start + int64(c.Warmup.Duration())
	times.End = times.Begin + int64(c.Window.Duration())
	tail := tailTime
	if !c.Ours() {
		tail = ownTailTime
	}
	times.Stop = times.End + int64(max(tail, c.Window.Duration()/tailShare))
	began := clock.Now()
	if err := errors.Join(net.begin(), sp.send(times), gp.send(times)); err != nil {
		return o, err
	}
	within := c.Warmup.Duration() + c.Window.Duration() + grace + slack
	// Both are asked, so that an end of the one explains an end of the other.
	if err := errors.Join(o.receiveServer(c, sp, within), gp.receive(&o.generator, within)); err != nil {
		return o, err
	}
	o.link, err = net.observe(began)
	return o, err
}

// ready sends a configuration, if any, and waits until the child can go on.
func ready(p *process, cfg any, up *child.Ready, within time.Duration) error {
	if cfg != nil {
		if err := p.send(cfg); err != nil {
			return err
		}
	}
	if err := p.receive(up, within); err != nil {
		return err
	}
	if up.Error != "" {
		return fmt.Errorf("%s: %s", p.role, up.Error)
	}
	return nil
}
