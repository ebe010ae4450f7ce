package server

import (
	"net"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// Few workers deliver all that is due to many connections, under every policy
// whose flushes need a timer or an idle queue.
func TestPoolDelivers(t *testing.T) {
	for _, flush := range []string{"each", "full", "idle", "window"} {
		for _, workers := range []float64{1, 3, 100} {
			t.Run(flush, func(t *testing.T) {
				deliver(t, plan.Values{
					"strategy": "bufio", "flush": flush, "window": 0.002, "message": 100.0, "connections": 20.0,
					"load": "rate", "rate": 500.0, "arrival": "poisson", "workers": workers,
				})
			})
		}
	}
}

// A writer that is blocked holds its worker: with as many stopped readers as
// workers nobody gets anything more, until a deadline frees them.
func TestPoolIsHeldByStoppedReaders(t *testing.T) {
	for _, c := range []struct {
		name     string
		workers  float64
		deadline float64
		starves  bool
	}{
		{"fewer workers than stopped readers", 2, 0, true},
		{"more workers", 3, 0, false},
		{"a deadline", 2, 0.005, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := plan.Values{
				"strategy": "direct", "message": 8192.0, "connections": 4.0, "sndbuf": 4096.0, "queue": 4.0, "overflow": "drop-oldest",
				"load": "rate", "rate": 2000.0, "workers": c.workers, "write_deadline": c.deadline,
			}
			rec := serve(t, v, plan.Seconds(0.05), func(i int, conn *net.TCPConn) {
				if i < 2 {
					stopped(i, conn)
					return
				}
				drain(conn)
			})
			if passed := rec.End.Messages > rec.Begin.Messages; passed == c.starves {
				t.Errorf("%d messages were sent in the window of all %d", rec.End.Messages-rec.Begin.Messages, rec.Sent)
			}
			if (rec.Disconnected > 0) != (c.deadline > 0) {
				t.Errorf("%d given up", rec.Disconnected)
			}
		})
	}
}

// drain reads until the stream ends, in whatever way.
func drain(conn *net.TCPConn) {
	b := make([]byte, 64<<10)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := conn.Read(b); err != nil {
			return
		}
	}
}
