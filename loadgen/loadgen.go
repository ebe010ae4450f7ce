package loadgen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
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
	sockets sockets
	clients []*client
	pool    sync.Pool     // of read buffers
	slow    sync.Pool     // of slow readers' buffers
	over    chan struct{} // closed when the window is
}

// New makes the connections of a trial.
func New(ctx context.Context, cfg Config) (*Generator, error) {
	v := cfg.Factors
	size := max(v.Int("read_size"), minReadBytes)
	g := &Generator{
		cfg: cfg, clients: make([]*client, v.Int("connections")), over: make(chan struct{}),
		sockets: sockets{rcvbuf: v.Int("rcvbuf"), quickack: v.Bool("quickack")},
	}
	g.pool.New = func() any { b := make([]byte, size); return &b }
	g.slow.New = func() any { b := make([]byte, slowRead(v.Number("slow_read"), size)); return &b }
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
	d := net.Dialer{Timeout: dialTime, Control: g.sockets.control}
	nc, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(g.cfg.Target, "tcp://"))
	if err != nil {
		return fmt.Errorf("connection %d of %d: %w", i+1, len(g.clients), explain(err))
	}
	conn := nc.(*net.TCPConn)
	c := &client{index: i, conn: conn}
	g.clients[i] = c
	pool := &g.pool
	if v := g.cfg.Factors; isSlow(i, len(g.clients), v.Number("slow_share")) {
		c.slow = &slowness{rate: v.Number("slow_read"), done: g.over}
		pool = &g.slow
	}
	if c.after, err = g.sockets.afterRead(conn); err != nil {
		return err
	}
	c.reader, err = newReader(conn, pool)
	return err
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
		rec  = Record{Times: times}
		work sync.WaitGroup
		errs = make([]error, len(g.clients))
		lat  *recorder
	)
	if g.cfg.timed() {
		lat = newRecorder(len(g.clients), times.Begin, times.End)
	}
	deadline := time.Duration(times.Stop-clock.Now()) + g.cfg.Grace.Duration()
	for i, c := range g.clients {
		if err := c.conn.SetReadDeadline(time.Now().Add(deadline)); err != nil {
			return rec, err
		}
		work.Go(func() {
			errs[i] = g.judged(c.run(lat))
			if c.slow != nil {
				c.conn.Close() // what it has not read is of no interest
			}
		})
	}
	reader := usage.NewReader()
	clock.Wait(ctx, times.Begin)
	rec.Begin = g.snapshot(reader.Begin)
	clock.Wait(ctx, times.End)
	rec.End = g.snapshot(reader.End)
	clock.Wait(ctx, times.Stop)
	close(g.over)
	if g.cfg.Endless {
		g.Close()
	}
	defer context.AfterFunc(ctx, g.Close)()
	work.Wait()
	return g.record(rec, lat, errs)
}

// errStreamEnded is a stream that should have gone on.
var errStreamEnded = errors.New("the server ended its stream before the trial was over")

// judged is the error of a connection that ended as it should, or not.
func (g *Generator) judged(err error) error {
	if !g.cfg.Endless {
		return err
	}
	select {
	case <-g.over:
		return nil // by our own doing
	default:
		return cmp.Or(err, errStreamEnded)
	}
}

func (g *Generator) snapshot(read func() usage.Usage) Snapshot {
	s := Snapshot{Usage: read()}
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
		if c.slow != nil {
			rec.Slow++
		}
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
