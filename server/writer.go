package server

import (
	"errors"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/schedule"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/sse"
	"github.com/pushbench/pushbench/server/transport"
)

// saturateBytes is how much a strategy that does not gather is handed at once:
// enough to make the loop's own cost vanish, little enough to stay in cache.
const saturateBytes = 16 << 10

// yieldCalls is how many write calls a saturating writer makes before it yields.
// A goroutine that goes from call to call for over 10 ms without a turn of the
// scheduler is taken for one that hangs in a call: the runtime's monitor then
// takes its processor away every few calls, 14,000 times a second on the one core
// a server has here, which cost a quarter of the throughput.
const yieldCalls = 128

// A writer is the one goroutine that writes to a connection.
type writer struct {
	*outlet
	turned
	conn   *net.TCPConn
	link   *transport.Link
	counts counters
	*crew
	timer  *time.Timer             // of await, made when first needed
	report map[string]float64      // of a strategy that counts something by itself
	last   atomic.Pointer[TCPInfo] // of a connection that was abandoned
	worse  *injection              // nil, but in the head of a gate that shall fail
	after  func() error            // sets a socket option anew after each batch; nil: there is none
	afters uint64                  // calls of it
}

// newWriter returns the writer of an open connection.
func newWriter(s settings, conn *net.TCPConn, link *transport.Link, c *crew) *writer {
	o := newOutlet(s, link.Strategy, clock.Now)
	if link.Beat != nil && s.heartbeat > 0 {
		o.beats, o.beat = sse.NewHeartbeat(s.heartbeat, clock.Now()), link.Beat
	}
	w := &writer{outlet: o, conn: conn, link: link, crew: c}
	if s.inject != (plan.Injection{}) {
		w.worse = newInjection(s.inject, link.EmptyWrite, clock.Now)
	}
	return w
}

// saturate writes messages as fast as the connection accepts them.
func (w *writer) saturate() error {
	frame := w.prefix + w.message
	n := max(1, saturateBytes/frame)
	if w.spec.Gathers {
		n = min(max(1, w.limit/frame), maxGather)
	}
	ring := wire.NewRing(w.message, n, w.prefix > 0)
	var yielded uint64
	for w.goOn() {
		batch := ring.Take(n)
		if err := w.write(batch); err != nil {
			return err
		}
		w.publish(ring.Taken(), ring.Taken()*uint64(w.message))
		if calls := w.counts.calls.Load(); calls-yielded >= yieldCalls {
			runtime.Gosched()
			yielded = calls
		}
	}
	return w.finish()
}

// pace writes what a feed says is due, to its end.
func (w *writer) pace(f *feed) error {
	for {
		more, err := w.turn(f)
		if err != nil || w.done {
			return err
		}
		if !more {
			if err := w.await(f); err != nil {
				return err
			}
		}
	}
}

// turned is what a paced writer keeps from one turn to the next.
type turned struct {
	batch batch
	items []item
	sent  uint64
	total uint64
	done  bool // nothing will come any more, and the stream has ended
}

// turn writes the next batch that is due. It returns false if there was none.
func (w *writer) turn(f *feed) (more bool, err error) {
	most := min(max(1, saturateBytes/(w.prefix+w.message)), maxGather)
	items, _, err := f.take(w.items[:0], most, w.now())
	w.items = items
	if err != nil {
		return false, err
	}
	if len(items) == 0 {
		// A stream of which nothing more is due stays open until the load ends: what
		// ends it would fall into the window, and count there.
		if w.over() {
			w.done = true
			return false, w.finish()
		}
		return false, nil
	}
	w.batch.skip, w.batch.fresh = wire.PrefixSize-w.prefix, w.fresh
	w.batch.build(items, len(w.gathered) > 0)
	if err := w.write(w.batch.msgs); err != nil {
		return false, err
	}
	w.sent += uint64(len(items))
	for _, it := range items {
		w.total += uint64(it.size)
	}
	w.publish(w.sent, w.total)
	return true, nil
}

// write puts one batch.
func (w *writer) write(msgs [][]byte) error {
	if err := w.arm(); err != nil {
		return err
	}
	if w.beats != nil {
		w.beats.Spoke(w.now())
	}
	var err error
	if w.worse != nil {
		err = w.worse.around(msgs, w.put)
	} else {
		err = w.put(msgs)
	}
	if err != nil || w.after == nil {
		return err
	}
	w.afters++
	return w.after()
}

// arm starts the write deadline, if there is one.
func (w *writer) arm() error {
	if w.patience == 0 {
		return nil
	}
	return w.link.SetWriteDeadline(time.Now().Add(w.patience))
}

// pause flushes what is due when no message waits, and returns how long the next
// message may be awaited; negative is for ever.
func (w *writer) pause(f *feed) (time.Duration, error) {
	if err := w.arm(); err != nil {
		return 0, err
	}
	d, err := w.wait()
	if err != nil {
		return 0, err
	}
	if due := f.unwatched(); due != schedule.Never {
		left := max(0, time.Duration(due-w.now()))
		if d < 0 || left < d {
			d = left
		}
	}
	return d, nil
}

// await sleeps until something is due or a flush is.
func (w *writer) await(f *feed) error {
	d, err := w.pause(f)
	if err != nil {
		return err
	}
	w.busy.Add(-1)
	defer w.busy.Add(1)
	var due <-chan time.Time
	if d >= 0 {
		if w.timer == nil {
			w.timer = time.NewTimer(d)
		} else {
			w.timer.Reset(d)
		}
		due = w.timer.C
	}
	select {
	case <-f.wake:
	case <-due:
	case <-w.halt:
	}
	return nil
}

// finish writes what is held, ends the stream, counts it and lets the strategy go.
func (w *writer) finish() error {
	err := errors.Join(w.arm(), w.emit())
	if err == nil {
		err = w.link.End()
	}
	err = errors.Join(err, w.link.Release())
	w.report = w.counted()
	w.countCalls()
	return err
}

// counted is what the strategy, the transport and the writer counted by themselves.
func (w *writer) counted() map[string]float64 {
	counts := w.link.Report()
	if w.after == nil {
		return counts
	}
	all := map[string]float64{"option_calls": float64(w.afters)}
	for name, n := range counts {
		all[name] += n
	}
	return all
}

func (w *writer) publish(messages, bytes uint64) {
	w.counts.messages.Store(messages)
	w.counts.bytes.Store(bytes)
	w.countCalls()
}

func (w *writer) countCalls() {
	w.counts.calls.Store(w.link.Calls())
	w.counts.records.Store(w.link.Records())
}

// abandon resets a connection that failed, so that what it holds in the kernel
// is freed at once.
func (w *writer) abandon() {
	w.last.Store(w.tcpInfo())
	_ = w.conn.SetLinger(0)
	w.conn.Close()
}

// tcpInfo is nil where the system does not tell.
func (w *writer) tcpInfo() *TCPInfo {
	if last := w.last.Load(); last != nil {
		return last
	}
	info, ok := readTCPInfo(w.conn)
	if !ok {
		return nil
	}
	info.Messages = w.counts.messages.Load()
	return &info
}

// counters are what others may read of a writer while it works. They are stored
// once a batch: an atomic addition for each message would be a good part of
// what a buffered write costs.
type counters struct {
	messages atomic.Uint64 // handed to the strategy
	bytes    atomic.Uint64 // of those messages
	calls    atomic.Uint64 // write calls
	records  atomic.Uint64 // TLS records
}
