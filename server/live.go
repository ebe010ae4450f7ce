package server

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/transport"
)

const (
	// writeTime is how long a reader of a live stream may take nothing before it is
	// given up.
	writeTime = 30 * time.Second
	// waiting is how many messages beyond the history may wait for one reader; then
	// the oldest make room.
	waiting = 1024
	// acceptPause is how long nobody is let in after an accept that failed, as for
	// want of file descriptors.
	acceptPause = 50 * time.Millisecond
)

// A LiveConfig says what a standing server does.
type LiveConfig struct {
	Listen string
	// Factors are those of a trial: strategy, flush, buffer, message, rate, tls,
	// heartbeat. The load is one broadcast at a constant rate.
	Factors plan.Values
	Site    transport.Site // but for Admit
	Streams int            // how many there may be at once
	History int            // messages that a reader who comes back may have missed
	Grace   time.Duration  // for streams to end in
}

// A Live server pushes one endless stream to whoever connects. Each message is a
// function of its number, and so is the time it is due: all readers get the same.
type Live struct {
	cfg      LiveConfig
	settings settings
	listener net.Listener
	carrier  *transport.Transport
	crew     *crew
	start    int64 // when message 0 is due (clock.Now)
	work     sync.WaitGroup

	mu       sync.Mutex
	conns    map[*net.TCPConn]struct{}
	feeds    map[*feed]struct{}
	streams  int
	draining bool
	counts   LiveCounts
}

// LiveCounts say what a standing server did. Messages and Dropped are of streams
// that are over.
type LiveCounts struct {
	Streams      int    // opened
	Resumed      int    // of those, that said where they had been
	Refused      int    // streams and connections beyond the limit
	Disconnected int    // readers that took nothing for too long
	Messages     uint64 // written
	Dropped      uint64 // left out, as the reader was too slow
}

// NewLive listens as the configuration says.
func NewLive(cfg LiveConfig) (*Live, error) {
	v := cfg.Factors
	v["load"], v["audience"], v["arrival"], v["overflow"] = "rate", "broadcast", "constant", "drop-oldest"
	v["congestion"], v["queue"], v["write_deadline"] = "", float64(cfg.History+waiting), writeTime.Seconds()
	host, _, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, err
	}
	l := &Live{cfg: cfg, crew: newCrew(), conns: map[*net.TCPConn]struct{}{}, feeds: map[*feed]struct{}{}}
	cfg.Site.Admit = l.admit
	if l.carrier, err = transport.NewSite(v, host, cfg.Site); err != nil {
		return nil, err
	}
	if l.settings, err = (Config{Factors: v}).settings(); err != nil {
		return nil, err
	}
	if l.carrier.Prefix() {
		l.settings.prefix = wire.PrefixSize
	}
	if l.listener, err = net.Listen("tcp", cfg.Listen); err != nil {
		return nil, errors.Join(err, l.carrier.Close())
	}
	l.start = clock.Now()
	return l, nil
}

// Addr is where the server listens.
func (l *Live) Addr() string { return l.listener.Addr().String() }

// Certificate is the one that was made for this process, in PEM; "" without.
func (l *Live) Certificate() string { return l.carrier.Certificate() }

// Counts may be called at any time.
func (l *Live) Counts() LiveCounts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Serve pushes until ctx ends. Then every stream is ended as its transport does,
// within the grace time.
func (l *Live) Serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, l.drain)()
	l.work.Go(l.pace)
	for {
		conn, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			break
		}
		if err != nil {
			time.Sleep(acceptPause)
			continue
		}
		if c := conn.(*net.TCPConn); l.enter(c) {
			l.work.Go(func() {
				defer l.exit(c)
				l.serve(ctx, c)
			})
		}
	}
	cut := time.AfterFunc(l.cfg.Grace, l.cut)
	defer cut.Stop()
	l.work.Wait()
	return l.carrier.Close()
}

// drain lets nobody in any more and ends what there is.
func (l *Live) drain() {
	l.mu.Lock()
	l.draining = true
	l.mu.Unlock()
	l.listener.Close()
	l.crew.end()
}

// cut closes what did not end in time.
func (l *Live) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		c.Close()
	}
}

// serve pushes to one connection until it ends.
func (l *Live) serve(ctx context.Context, conn *net.TCPConn) {
	if err := l.settings.sockets.apply(conn); err != nil {
		conn.Close()
		return
	}
	after, err := l.settings.sockets.afterWrite(conn)
	if err != nil {
		conn.Close()
		return
	}
	link, err := l.carrier.Open(ctx, conn, nil)
	if err != nil { // it has been told why, or has gone
		conn.Close()
		return
	}
	defer link.Close()
	f := l.join(link.Resume())
	w := newWriter(l.settings, conn, link, l.crew)
	w.after = after
	l.crew.busy.Add(1)
	err = w.pace(f)
	l.crew.busy.Add(-1)
	l.leave(f, w, err)
	if err != nil {
		w.abandon()
		return
	}
	_ = link.CloseWrite()
}

// leave counts what became of a stream.
func (l *Live) leave(f *feed, w *writer, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.feeds, f)
	l.counts.Messages += w.counts.messages.Load()
	l.counts.Dropped += f.dropped
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.counts.Disconnected++
	}
}
