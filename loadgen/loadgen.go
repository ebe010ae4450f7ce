package loadgen

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
)

const (
	dialTime     = 10 * time.Second // for one connection
	openTime     = 20 * time.Second // for its handshakes
	dialsAtOnce  = 64
	minReadBytes = 1
)

// A Generator runs one trial.
type Generator struct {
	cfg     Config
	sockets sockets
	clients []*client
	proto   protocol
	tls     *tls.Config // nil without TLS
	healthy *buffers
	slow    *buffers
	over    chan struct{} // closed when the window is
	dials   []int64       // ns each connection took to open
	opening int64         // ns all took together
}

// New makes the connections of a trial.
func New(ctx context.Context, cfg Config) (*Generator, error) {
	v := cfg.Factors
	size := max(v.Int("read_size"), minReadBytes)
	g := &Generator{
		healthy: newBuffers(size), slow: newBuffers(slowRead(v.Number("slow_read"), size)),
		cfg: cfg, clients: make([]*client, v.Int("connections")), over: make(chan struct{}), dials: make([]int64, v.Int("connections")),
		sockets: sockets{rcvbuf: v.Int("rcvbuf"), quickack: v.Bool("quickack"), delayed: v.Bool("delayed_ack")},
	}
	var ok bool
	if g.proto, ok = protocols[v.Text("transport")]; !ok {
		return nil, fmt.Errorf("no transport %q: there are %s", v.Text("transport"), strings.Join(slices.Sorted(maps.Keys(protocols)), ", "))
	}
	if v.Text("tls") != "none" {
		var err error
		if g.tls, err = trust(cfg.Certificate, g.proto.alpn); err != nil {
			return nil, err
		}
	}
	var dials errgroup.Group
	dials.SetLimit(dialsAtOnce)
	began := clock.Now()
	for i := range g.clients {
		dials.Go(func() error {
			from := clock.Now()
			err := g.dial(ctx, i)
			g.dials[i] = clock.Now() - from
			return err
		})
	}
	if err := dials.Wait(); err != nil {
		g.Close()
		return nil, err
	}
	g.opening = clock.Now() - began
	return g, nil
}

func (g *Generator) dial(ctx context.Context, i int) error {
	d := net.Dialer{Timeout: dialTime, Control: g.sockets.control}
	nc, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(g.cfg.Target, "tcp://"))
	if err != nil {
		return fmt.Errorf("connection %d of %d: %w", i+1, len(g.clients), explain(err))
	}
	s := &socket{TCPConn: nc.(*net.TCPConn)}
	c := &client{index: i, socket: s}
	g.clients[i] = c
	if g.cfg.Pipes != nil {
		if s.pipe, err = os.OpenFile(g.cfg.Pipes[i], os.O_RDONLY, 0); err != nil {
			return err
		}
	}
	bufs := g.healthy
	if v := g.cfg.Factors; isSlow(i, len(g.clients), v.Number("slow_share")) {
		c.slow = &slowness{rate: v.Number("slow_read"), done: g.over}
		bufs = g.slow
	}
	if s.after, err = g.sockets.afterRead(s.TCPConn); err != nil {
		return err
	}
	if c.stream, err = g.open(ctx, s, bufs); err != nil {
		return fmt.Errorf("connection %d of %d: %w", i+1, len(g.clients), err)
	}
	return nil
}

// open performs the handshakes on a connection, TLS first.
func (g *Generator) open(ctx context.Context, s *socket, bufs *buffers) (stream, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	// Libraries differ in what they do with ctx; a deadline binds all.
	if err := s.SetDeadline(time.Now().Add(openTime)); err != nil {
		return stream{}, err
	}
	d := &dialed{conn: s, target: g.cfg.Target, factors: g.cfg.Factors, buffers: bufs, socket: s}
	if g.tls != nil {
		cfg := g.tls.Clone()
		cfg.ServerName, _, _ = net.SplitHostPort(g.cfg.Target) // it was dialed, so it has both
		conn := tls.Client(s, cfg)
		if err := conn.HandshakeContext(ctx); err != nil {
			return stream{}, fmt.Errorf("TLS: %w", err)
		}
		d.conn, d.secure = conn, true
	}
	opened, err := g.proto.open(ctx, d)
	if err != nil {
		return stream{}, err
	}
	return opened, s.SetDeadline(time.Time{})
}

// Close closes every connection.
func (g *Generator) Close() {
	for _, c := range g.clients {
		if c != nil {
			c.close()
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
		lat = newRecorder(len(g.clients), g.cfg.Parts, times.Begin, times.End)
	}
	until := time.Now().Add(time.Duration(times.Stop-clock.Now()) + g.cfg.Grace.Duration())
	idle := g.cfg.Factors.Duration("idle_close")
	for i, c := range g.clients {
		if err := c.readUntil(until, idle); err != nil {
			return rec, err
		}
		work.Go(func() {
			errs[i] = g.judged(c.run(lat))
			if c.slow != nil {
				c.socket.Close() // what it has not read is of no interest
			}
		})
	}
	reader := usage.NewReader()
	clock.Wait(ctx, times.Begin)
	rec.Begin = g.snapshot(reader.Begin)
	_, turns := times.Warm()
	rec.Slices = SlicesOf(ctx, turns, g.mark)
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
		s.Reads += c.socket.reads.Load()
	}
	s.Time = clock.Now()
	return s
}

func (g *Generator) mark() Mark {
	var m Mark
	for _, c := range g.clients {
		m.Messages += c.counts.messages.Load()
		m.Bytes += c.counts.bytes.Load()
	}
	m.Time = clock.Now()
	return m
}

func (g *Generator) record(rec Record, lat *recorder, errs []error) (Record, error) {
	for i, c := range g.clients {
		rec.Received.Add(*c.stream.decoder.counts())
		if f, ok := c.stream.decoder.(framer); ok {
			rec.Frames += f.frames()
		}
		if c.slow != nil {
			rec.Slow++
		}
		if errs[i] == nil {
			continue
		}
		if errors.Is(errs[i], errIdle) {
			rec.IdleClosed++
			continue
		}
		rec.Failed++
		if len(rec.Errors) < maxErrors {
			rec.Errors = append(rec.Errors, errs[i].Error())
		}
	}
	rec.Opening = plan.Seconds(time.Duration(g.opening).Seconds())
	opened := hist.New()
	for _, d := range g.dials {
		hist.Record(opened, d)
	}
	var err error
	if rec.Connect, err = hist.Encode(opened); err != nil || lat == nil {
		return rec, err
	}
	merged := lat.merged()
	rec.Parts = lat.sliced()
	rec.Timed = uint64(merged.TotalCount())
	if rec.Latency, err = hist.Encode(merged); err != nil {
		return rec, errors.Join(errors.New("latency histogram"), err)
	}
	return rec, nil
}
