package foreign

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/usage"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/loadgen"
	"github.com/pushbench/pushbench/loadgen/observe"
)

// A Trial is the reader's half of a trial whose server is not pushbench's.
type Trial struct {
	cfg      loadgen.Config
	observer *observe.Observer
	stop     context.CancelFunc
	dialled  chan error // one for each attempt to connect, as far as it is looked at
	record   chan Record
}

// framings are those of the forms that travel on bare TCP.
var framings = map[string]string{plan.MessagesRaw: NoFraming, plan.MessagesLines: "lines"}

const maxMessage = wire.MaxMessage

// NewTrial makes the connections of a trial.
func NewTrial(ctx context.Context, cfg loadgen.Config) (*Trial, error) {
	target, err := ParseTarget(cfg.Target)
	if err != nil {
		return nil, err
	}
	var look observe.Config
	look.Begin = 1<<63 - 1 // until the times are known
	if s := cfg.Stream.Timestamp; s != "" {
		if look.Stamp, err = observe.ParseStamp(s); err != nil {
			return nil, err
		}
	}
	if s := cfg.Stream.Sequence; s != "" {
		if look.Number, err = observe.ParseNumber(s); err != nil {
			return nil, err
		}
	}
	n := cfg.Factors.Int("connections")
	t := &Trial{cfg: cfg, observer: observe.New(n, look), dialled: make(chan error, n), record: make(chan Record, 1)}
	ctx, t.stop = context.WithCancel(ctx)
	// Certificates of a server that the user has started here say nothing.
	run := Config{
		Target: target, Connections: n, Framing: framings[cfg.Stream.Messages], MaxMessage: maxMessage,
		Insecure: true, Dial: t.dial, Observer: t.observer,
	}
	go func() { t.record <- Run(ctx, run) }()
	return t, t.connected(n)
}

func (t *Trial) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	select {
	case t.dialled <- err:
	default: // a later attempt: the record has its failure
	}
	return conn, err
}

// connected waits until every client has a connection.
func (t *Trial) connected(n int) error {
	for i := range n {
		select {
		case err := <-t.dialled:
			if err != nil {
				t.Close()
				return fmt.Errorf("connection %d of %d: %w", i+1, n, err)
			}
		case rec := <-t.record:
			t.stop()
			return fmt.Errorf("connection %d of %d: %w", i+1, n, rec.Failures.err())
		}
	}
	return nil
}

// err is the first failure of each kind.
func (f Failures) err() error {
	var errs []error
	for _, k := range slices.Sorted(maps.Keys(f)) {
		errs = append(errs, fmt.Errorf("%s: %q", k, f[k].First))
	}
	return errors.Join(errs...)
}

// Close ends the connections.
func (t *Trial) Close() {
	t.stop()
}

// Run reads until the load ends.
func (t *Trial) Run(ctx context.Context, times child.Go) (loadgen.Record, error) {
	rec := loadgen.Record{Times: times}
	t.observer.Window(times.Begin, times.End)
	reader := usage.NewReader()
	clock.Wait(ctx, times.Begin)
	rec.Begin = loadgen.Snapshot{Usage: reader.Begin(), Time: clock.Now()}
	_, turns := times.Warm()
	rec.Slices = loadgen.SlicesOf(ctx, turns, func() loadgen.Mark {
		return loadgen.Mark{Messages: t.observer.Messages(), Bytes: t.observer.Bytes(), Time: clock.Now()}
	})
	clock.Wait(ctx, times.End)
	rec.End = loadgen.Snapshot{Time: clock.Now(), Usage: reader.End()}
	clock.Wait(ctx, times.Stop)
	// What goes wrong from now on is of our own doing.
	t.stop()
	select {
	case r := <-t.record:
		return t.fill(rec, r)
	case <-time.After(t.cfg.Grace.Duration()):
		return rec, errors.New("the connections did not close")
	}
}

// fill adds what was seen within the window.
func (t *Trial) fill(rec loadgen.Record, r Record) (loadgen.Record, error) {
	seen := t.observer.Result()
	rec.End.Bytes = seen.Bytes
	if t.cfg.Stream.Messages != plan.MessagesRaw {
		rec.End.Messages = seen.Messages
	}
	rec.Received = wire.Counts{Messages: rec.End.Messages, Bytes: seen.Bytes, Lost: uint64(seen.Lost), Reordered: uint64(seen.Reordered + seen.Duplicates)}
	rec.Unstamped, rec.Unnumbered = seen.Unstamped, seen.Unnumbered
	for _, k := range slices.Sorted(maps.Keys(r.Failures)) {
		rec.Failed += r.Failures[k].Count
		rec.Errors = append(rec.Errors, fmt.Sprintf("%s: %q", k, r.Failures[k].First))
	}
	var err, gaps, connect error
	rec.Timed = uint64(seen.Latency.TotalCount())
	rec.Latency, err = hist.Encode(seen.Latency)
	rec.Gaps, gaps = hist.Encode(seen.Gaps)
	rec.Connect, connect = hist.Encode(r.Connect)
	return rec, errors.Join(err, gaps, connect)
}
