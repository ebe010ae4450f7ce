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
)

// A couple is both sides of one trial, connected.
type couple struct {
	cell      plan.Cell
	net       *network
	server    *process
	generator *process
	grace     time.Duration
	turns     bool // the server knows how to take turns
	times     child.Go
	began     int64    // clock.Now when the network's profile did
	leave     []func() // in the order they came
}

// join starts both sides of a cell and connects them. The caller closes the couple.
func (r *Runner) join(ctx context.Context, c plan.Cell, block int) (b *couple, err error) {
	b = &couple{cell: c}
	if b.net, err = open(c.Factors, r.Run.Manifest.Links, block); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	b.grace = graceOf(c.Factors, b.net.profile())
	within := readyTime + readyTrips*b.net.roundTrip()
	grace := plan.Seconds(b.grace.Seconds())
	h, err := r.hosting(c, b.net.host, block, grace)
	if err != nil {
		return b, err
	}
	if b.server, err = start(r.command(h.role, c), h.name, b.net.server, h.core); err != nil {
		return b, err
	}
	b.server.program = true
	b.on(ctx, b.server, func() { h.end(b.server) })
	var up child.Ready
	if err := ready(b.server, h.config, &up, within+h.within); err != nil {
		return b, err
	}
	b.turns = up.Turns
	if in := r.Run.Manifest.Plan.ArmOf(c).Inject; in.Touches(c) && !up.Turns {
		return b, fmt.Errorf("%s: it is of a revision that knows no --inject %s: inject into a newer head", b.server.role, in)
	}
	if b.generator, err = start(r.command("load", c), "generator", b.net.client, r.Pins.Generator); err != nil {
		return b, err
	}
	b.on(ctx, b.generator, b.generator.kill)
	load := loadgen.Config{Target: up.Addr, Certificate: up.Certificate, Pipes: up.Pipes, Factors: c.Factors, Grace: grace, Endless: !c.Ours(), Timed: c.Timed(), Stream: r.stream(c), Parts: r.parts()}
	if err := ready(b.generator, load, &child.Ready{}, within); err != nil {
		return b, errors.Join(b.server.gone(), err) // a server that died explains it
	}
	if c.Ours() {
		return b, ready(b.server, nil, &up, within) // every connection accepted
	}
	return b, nil
}

// on ends a child at once when ctx ends, and lets it leave with the couple.
func (b *couple) on(ctx context.Context, p *process, end func()) {
	stop := context.AfterFunc(ctx, end)
	b.leave = append(b.leave, func() { stop(); p.end() })
}

// begin lets both sides run.
func (b *couple) begin(times child.Go) error {
	b.times, b.began = times, clock.Now()
	return errors.Join(b.net.begin(), b.server.send(times), b.generator.send(times))
}

// end returns what both sides recorded.
func (b *couple) end() (o outcome, err error) {
	within := time.Duration(b.times.End-b.began) + b.grace + slack
	// Both are asked, so that an end of the one explains an end of the other.
	if err := errors.Join(o.receiveServer(b.cell, b.server, within), b.generator.receive(&o.generator, within)); err != nil {
		return o, err
	}
	o.link, err = b.net.observe(b.began)
	return o, err
}

// close lets both sides leave.
func (b *couple) close() error {
	for i := range b.leave {
		b.leave[len(b.leave)-1-i]()
	}
	return b.net.close()
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
		return p.failed("%s", up.Error)
	}
	return nil
}
