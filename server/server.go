package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/usage"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/probe"
	"github.com/pushbench/pushbench/server/transport"
)

// acceptTime is how long the generator may take to connect.
const acceptTime = 30 * time.Second

// A Server runs one trial.
type Server struct {
	cfg      Config
	settings settings
	listener net.Listener
	carrier  *transport.Transport
	sinks    sinks
	writers  []*writer
	pool     *pool                   // nil with a goroutine for each connection
	write    *hdrhistogram.Histogram // in-call times of all writers, under writeMu
	writeMu  sync.Mutex
	crew     *crew
	noticed  atomic.Int64 // when the first connection failed
	opened   atomic.Bool  // every connection is there

	probe     *probe.Probe          // of LookProbe
	syscalls  *probe.SyscallCounter // of LookSyscalls, nil where uncounted says why
	uncounted error
}

// New listens as the configuration says.
func New(cfg Config) (*Server, error) {
	s, err := cfg.settings()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		l.Close()
		return nil, err
	}
	t, err := transport.New(cfg.Factors, host)
	if err != nil {
		l.Close()
		return nil, err
	}
	if t.Prefix() {
		s.prefix = wire.PrefixSize
	}
	files, err := openSinks(cfg.Factors.Text("sink"), s.connections)
	if err != nil {
		l.Close()
		return nil, err
	}
	srv := &Server{cfg: cfg, settings: s, listener: l, carrier: t, sinks: files, crew: newCrew()}
	if err := srv.look(); err != nil {
		srv.Close()
		return nil, err
	}
	return srv, nil
}

// Certificate is what a client must trust, in PEM; "" without TLS.
func (s *Server) Certificate() string { return s.carrier.Certificate() }

// Pipes are the paths where the streams are read that do not come on the
// connections, one for each.
func (s *Server) Pipes() []string { return s.sinks.paths() }

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close stops listening and closes every connection.
func (s *Server) Close() {
	s.listener.Close()
	for _, w := range s.writers {
		if w != nil {
			w.conn.Close()
		}
	}
	_ = s.carrier.Close()
	s.unlook()
	s.sinks.close()
}

// Accept waits until every connection of the trial is there.
func (s *Server) Accept() error {
	if l, ok := s.listener.(*net.TCPListener); ok {
		_ = l.SetDeadline(time.Now().Add(acceptTime))
	}
	s.writers = make([]*writer, s.settings.connections)
	var observe func(time.Duration)
	if !s.settings.saturate {
		s.write = hist.New()
		observe = s.observe
	}
	opened, ctx := errgroup.WithContext(context.Background())
	for i := range s.writers {
		c, err := s.listener.Accept()
		if err != nil {
			return errors.Join(opened.Wait(), fmt.Errorf("%d of %d connections came: %w", i, len(s.writers), err))
		}
		opened.Go(func() (err error) {
			if s.writers[i], err = s.open(ctx, i, c.(*net.TCPConn), observe); err != nil {
				s.listener.Close() // no use in waiting for more
			}
			return err
		})
	}
	err := opened.Wait()
	s.opened.Store(err == nil)
	return err
}

// open performs a connection's handshakes and returns its writer.
func (s *Server) open(ctx context.Context, i int, conn *net.TCPConn, observe func(time.Duration)) (*writer, error) {
	if err := s.settings.sockets.apply(conn); err != nil {
		conn.Close()
		return nil, err
	}
	link, err := s.link(ctx, i, conn, observe)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("transport %s with strategy %s: %w", s.carrier.Name(), s.settings.spec.Name, err)
	}
	w := newWriter(s.settings, conn, link, s.crew)
	w.after, err = s.settings.sockets.afterWrite(conn)
	return w, err
}

func (s *Server) link(ctx context.Context, i int, conn *net.TCPConn, observe func(time.Duration)) (*transport.Link, error) {
	if s.sinks.files != nil {
		return s.carrier.OpenFile(conn, s.sinks.files[i], observe)
	}
	return s.carrier.Open(ctx, conn, observe)
}

// observe records the time inside a write call. All connections share one
// histogram: one each would be a fifth of a megabyte each.
func (s *Server) observe(d time.Duration) {
	s.writeMu.Lock()
	hist.Record(s.write, int64(d))
	s.writeMu.Unlock()
}

// Run sends the load at the given times and returns what was measured. When ctx
// ends, so does the load, and the record covers what was sent until then.
func (s *Server) Run(ctx context.Context, times child.Go) (Record, error) {
	feeds, err := s.feeds(times)
	if err != nil {
		return Record{}, err
	}
	var (
		rec  = Record{Times: times}
		work sync.WaitGroup
		errs = make([]error, len(s.writers))
		late = newPacer(feeds, &s.crew.busy, times.Begin)
	)
	leave := func(i int, err error) { errs[i] = s.leave(i, feeds, err) }
	if s.settings.workers > 0 && feeds != nil {
		s.pool = newPool(s.writers, feeds, &s.crew.busy, leave)
	}
	if len(times.Turns) > 0 {
		s.crew.pause()
	}
	clock.SleepUntil(times.Start)
	work.Go(func() { s.drive(feeds, leave) })
	if feeds != nil {
		work.Go(func() { late.run(s.crew.halt) })
	}
	var (
		line     []Moment
		profile  *Profile
		profiled error
	)
	work.Go(func() { line = s.watch(ctx, times) })
	work.Go(func() { profile, profiled = s.profile(ctx, times) })
	reader := usage.NewReader()
	warm, turns := times.Warm()
	s.turns(ctx, warm)
	rec.Begin = s.begin(ctx, reader, times)
	rec.Slices = s.turns(ctx, turns)
	clock.Wait(ctx, times.End)
	rec.End = s.end(reader)
	clock.Wait(ctx, times.Stop)
	s.finish()
	work.Wait()
	look, err := s.looked(line, profile)
	if err = errors.Join(err, profiled); err != nil {
		return Record{}, err
	}
	rec.Look = look
	return s.record(rec, feeds, late, errs)
}

// feeds returns one feed a connection, or nil under saturation.
func (s *Server) feeds(times child.Go) ([]*feed, error) {
	if s.settings.saturate {
		return nil, nil
	}
	feeds := make([]*feed, len(s.writers))
	for i := range feeds {
		stream, of := i, len(feeds)
		if s.settings.broadcast {
			stream, of = 0, 1
		}
		a, err := s.settings.load.Stream(stream, of)
		if err != nil {
			return nil, err
		}
		feeds[i] = newFeed(a, times.Start, times.Stop, s.settings.queue, s.settings.overflow)
		feeds[i].giveUp = func() { _ = s.writers[i].link.SetWriteDeadline(time.Unix(1, 0)) }
	}
	return feeds, nil
}

// tcpTime is how long before the window TCP_INFO of a connection may be read: ten
// thousand take a good part of a second on a busy server, which would shift the
// window. Each reading says when it was made.
const tcpTime = 50 * time.Microsecond

// begin takes the snapshot that opens the window: what is dear to read first.
func (s *Server) begin(ctx context.Context, r *usage.Reader, times child.Go) Snapshot {
	early := min(int64(len(s.writers))*int64(tcpTime), (times.Begin-times.Start)/2)
	clock.Wait(ctx, times.Begin-early)
	tcp := s.tcpInfo()
	clock.Wait(ctx, times.Begin)
	shot := Snapshot{Usage: r.Begin(), TCP: tcp}
	s.count(&shot)
	return shot
}

// end takes the snapshot that closes the window: what is dear to read last.
func (s *Server) end(r *usage.Reader) Snapshot {
	var shot Snapshot
	s.count(&shot)
	shot.Usage = r.End()
	shot.TCP = s.tcpInfo()
	return shot
}

func (s *Server) count(shot *Snapshot) {
	for _, w := range s.writers {
		shot.Messages += w.counts.messages.Load()
		shot.Bytes += w.counts.bytes.Load()
		shot.Calls += w.counts.calls.Load()
		shot.Records += w.counts.records.Load()
	}
	shot.Time = clock.Now()
}

// tcpInfo sums over the connections; nil if this system does not tell, or they
// carry nothing.
func (s *Server) tcpInfo() *TCPInfo {
	if s.sinks.files != nil {
		return nil
	}
	var sum TCPInfo
	for i, w := range s.writers {
		info := w.tcpInfo()
		if info == nil {
			return nil
		}
		sum.Add(*info)
		if i%32 == 31 {
			runtime.Gosched() // ten thousand take some ten milliseconds
		}
	}
	return &sum
}

func (s *Server) record(rec Record, feeds []*feed, late *pacer, errs []error) (Record, error) {
	var faults []error
	for i, w := range s.writers {
		rec.Sent += w.counts.messages.Load()
		rec.SentBytes += w.counts.bytes.Load()
		rec.Calls += w.counts.calls.Load()
		rec.Records += w.counts.records.Load()
		rec.ended(errs[i], s.settings.patience > 0)
		rec.report(w.report)
	}
	for _, f := range feeds {
		end := f.close()
		rec.Dropped += end.dropped
		rec.Unsent += end.unsent
		faults = append(faults, end.err)
	}
	rec.Noticed = s.noticed.Load()
	var err1, err2 error
	rec.Late, err1 = hist.Encode(late.late)
	if s.write != nil {
		rec.Write, err2 = hist.Encode(s.write)
	}
	return rec, errors.Join(append(faults, err1, err2)...)
}
