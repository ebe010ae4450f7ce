package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/usage"
)

const (
	dialTime     = 10 * time.Second // for one connection
	dialsAtOnce  = 64
	minReadBytes = 1
)

// A Generator runs one trial.
type Generator struct {
	cfg     Config
	clients []*client
	pool    sync.Pool
}

// New makes the connections of a trial.
func New(ctx context.Context, cfg Config) (*Generator, error) {
	size := max(cfg.Factors.Int("read_size"), minReadBytes)
	g := &Generator{cfg: cfg, clients: make([]*client, cfg.Factors.Int("connections"))}
	g.pool.New = func() any { b := make([]byte, size); return &b }
	var dials errgroup.Group
	dials.SetLimit(dialsAtOnce)
	for i := range g.clients {
		dials.Go(func() error { return g.dial(ctx, i) })
	}
	if err := dials.Wait(); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

func (g *Generator) dial(ctx context.Context, i int) error {
	d := net.Dialer{Timeout: dialTime}
	c, err := d.DialContext(ctx, "tcp", g.cfg.Target)
	if err != nil {
		return fmt.Errorf("connection %d of %d: %w", i+1, len(g.clients), err)
	}
	conn := c.(*net.TCPConn)
	r, err := newReader(conn, &g.pool)
	if err != nil {
		conn.Close()
		return err
	}
	g.clients[i] = &client{index: i, conn: conn, reader: r}
	return nil
}

// Close closes every connection.
func (g *Generator) Close() {
	for _, c := range g.clients {
		if c != nil {
			c.conn.Close()
		}
	}
}

// Run reads until every stream has ended, or until the grace time after the end
// of the load is over, or ctx ends.
func (g *Generator) Run(ctx context.Context, times child.Go) (Record, error) {
	var (
		rec  Record
		work sync.WaitGroup
		errs = make([]error, len(g.clients))
		lat  *recorder
	)
	if g.cfg.Factors.Text("load") != "saturate" {
		lat = newRecorder(len(g.clients), times.Begin, times.End)
	}
	deadline := time.Duration(times.End-clock.Now()) + g.cfg.Grace.Duration()
	for i, c := range g.clients {
		if err := c.conn.SetReadDeadline(time.Now().Add(deadline)); err != nil {
			return rec, err
		}
		work.Go(func() { errs[i] = c.run(lat) })
	}
	reader := usage.NewReader()
	clock.Wait(ctx, times.Begin)
	rec.Begin = g.snapshot(reader)
	clock.Wait(ctx, times.End)
	rec.End = g.snapshot(reader)
	defer context.AfterFunc(ctx, g.Close)()
	work.Wait()
	return g.record(rec, lat, errs)
}

func (g *Generator) snapshot(r *usage.Reader) Snapshot {
	s := Snapshot{Usage: r.Read()}
	for _, c := range g.clients {
		s.Messages += c.counts.messages.Load()
		s.Bytes += c.counts.bytes.Load()
		s.Reads += c.counts.reads.Load()
	}
	s.Time = clock.Now()
	return s
}

func (g *Generator) record(rec Record, lat *recorder, errs []error) (Record, error) {
	for i, c := range g.clients {
		rec.Received.Add(c.decoder.Counts)
		if errs[i] == nil {
			continue
		}
		rec.Failed++
		if len(rec.Errors) < maxErrors {
			rec.Errors = append(rec.Errors, errs[i].Error())
		}
	}
	if lat == nil {
		return rec, nil
	}
	merged := lat.merged()
	rec.Timed = uint64(merged.TotalCount())
	var err error
	if rec.Latency, err = hist.Encode(merged); err != nil {
		return rec, errors.Join(errors.New("latency histogram"), err)
	}
	return rec, nil
}
