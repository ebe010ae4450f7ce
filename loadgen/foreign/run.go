package foreign

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/hist"
	"github.com/pushbench/pushbench/loadgen/observe"
)

// A Dial makes a TCP connection, as net.Dialer.DialContext.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// A Config says how to read from a target.
type Config struct {
	Target       Target
	Connections  int
	Ramp         time.Duration // over which the connections are opened, evenly
	Header       http.Header   // of requests and handshakes
	Subprotocols []string      // of WebSocket, by preference
	Framing      string        // of tcp, a name of framing.Table
	MaxMessage   int           // bytes; a longer message ends its connection
	Compress     bool          // offer permessage-deflate or gzip
	Insecure     bool          // do not check certificates
	Dial         Dial          // nil: the network of this host
	Observer     *observe.Observer
}

// A Record is what became of the connections. What came on them the observer has.
type Record struct {
	Connected  int                     // clients that were connected at least once
	Attempts   int                     // to connect, also again
	Reconnects int                     // connections made again after one was lost
	Connect    *hdrhistogram.Histogram // from the attempt until messages can come, nanoseconds
	WireBytes  uint64                  // read from sockets, framing and encryption included
	Failures   Failures
}

// dialsAtOnce bounds how many connections are being made: more would overflow
// listen queues, and their retries would be measured.
const dialsAtOnce = 64

// run is what the clients share.
type run struct {
	cfg   Config
	slots chan struct{}
	wire  atomic.Uint64

	mu  sync.Mutex
	rec Record
}

// Run reads until ctx ends, or until every client has given up.
func Run(ctx context.Context, cfg Config) Record {
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{}).DialContext
	}
	r := &run{cfg: cfg, slots: make(chan struct{}, dialsAtOnce), rec: Record{Connect: hist.New(), Failures: Failures{}}}
	var work sync.WaitGroup
	for i := range cfg.Connections {
		work.Go(func() {
			if sleep(ctx, cfg.Ramp*time.Duration(i)/time.Duration(cfg.Connections)) {
				newClient(r, i).live(ctx)
			}
		})
	}
	work.Wait()
	r.rec.WireBytes = r.wire.Load()
	return r.rec
}

// connected accounts for a connection that was made.
func (r *run) connected(took time.Duration, again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rec.Attempts++
	hist.Record(r.rec.Connect, int64(took))
	if again {
		r.rec.Reconnects++
	} else {
		r.rec.Connected++
	}
}

func (r *run) failed(err error, attempt bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if attempt {
		r.rec.Attempts++
	}
	r.rec.Failures.add(err)
}

// sleep waits; false is the end of ctx.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
