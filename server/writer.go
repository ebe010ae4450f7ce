package server

import (
	"sync/atomic"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/server/strategy"
)

// saturateBytes is how much a strategy that does not gather is handed at once:
// enough to make the loop's own cost vanish, little enough to stay in cache.
const saturateBytes = 16 << 10

// A writer is the one goroutine that writes to a connection.
type writer struct {
	*outlet
	sink   *strategy.Sink
	counts counters
	busy   *atomic.Int64
	stop   *atomic.Bool    // ends the load
	halt   <-chan struct{} // closed with stop
	timer  *time.Timer     // of flushWindow, made when first needed
}

// saturate writes messages as fast as the connection accepts them.
func (w *writer) saturate() error {
	frame := wire.PrefixSize + w.message
	n := max(1, saturateBytes/frame)
	if w.spec.Gathers {
		n = min(max(1, w.limit/frame), maxGather)
	}
	ring := wire.NewRing(w.message, n, true)
	for !w.stop.Load() {
		batch := ring.Take(n)
		if err := w.put(batch); err != nil {
			return err
		}
		w.publish(ring.Taken(), ring.Taken()*uint64(w.message))
	}
	return w.finish()
}

// pace writes what a feed says is due.
func (w *writer) pace(f *feed) error {
	var (
		pads  = wire.PadsFor(w.message)
		n     = min(max(1, saturateBytes/(wire.PrefixSize+w.message)), maxGather)
		items []item
		msgs  [][]byte
		arena []byte
		sent  uint64
	)
	for {
		var done bool
		items, done = f.take(items[:0], n, w.now())
		if len(items) == 0 {
			if done || w.stop.Load() {
				return w.finish()
			}
			if err := w.await(f); err != nil {
				return err
			}
			continue
		}
		if len(w.gathered) == 0 {
			arena = arena[:0] // nothing points into it any more
		}
		msgs = msgs[:0]
		for _, it := range items {
			at := len(arena)
			arena = pads.Append(arena, it.seq, it.due)
			msgs = append(msgs, arena[at:len(arena):len(arena)])
		}
		if err := w.put(msgs); err != nil {
			return err
		}
		sent += uint64(len(items))
		w.publish(sent, sent*uint64(w.message))
	}
}

// await sleeps until something is due or a flush is.
func (w *writer) await(f *feed) error {
	d, err := w.wait()
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

// finish writes what is held and counts it.
func (w *writer) finish() error {
	err := w.emit()
	w.counts.calls.Store(w.sink.Calls())
	return err
}

func (w *writer) publish(messages, bytes uint64) {
	w.counts.messages.Store(messages)
	w.counts.bytes.Store(bytes)
	w.counts.calls.Store(w.sink.Calls())
}

// counters are what others may read of a writer while it works. They are stored
// once a batch: an atomic addition for each message would be a good part of
// what a buffered write costs.
type counters struct {
	messages atomic.Uint64 // handed to the strategy
	bytes    atomic.Uint64 // of those messages
	calls    atomic.Uint64 // write calls
}
