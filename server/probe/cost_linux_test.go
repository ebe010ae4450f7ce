package probe_test

import (
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
)

// BenchmarkCost takes turns with and without a probe on one connection and gives
// the median of the pairs: what a send costs more, and the share of the sends.
func BenchmarkCost(b *testing.B) {
	for _, mechanism := range probe.Mechanisms() {
		for _, size := range []int{64, 4096} {
			b.Run(fmt.Sprintf("mechanism=%s/message=%d", mechanism, size), func(b *testing.B) {
				conn := pair(b, 0)
				message := make([]byte, size)
				probed := func() time.Duration {
					p, err := probe.Open(probe.Options{PID: os.Getpid(), Mechanism: mechanism, Conns: func() []syscall.Conn { return []syscall.Conn{conn} }})
					testenv.Need(b, mechanism, err)
					defer p.Close()
					return sends(b, conn, message)
				}
				probed()
				var more, share []float64
				for i := 0; b.Loop(); i++ {
					var with, without time.Duration
					if i%2 == 0 {
						with, without = probed(), sends(b, conn, message)
					} else {
						without, with = sends(b, conn, message), probed()
					}
					more = append(more, float64(with-without)/sendsATurn/1e3)
					share = append(share, 1-float64(without)/float64(with))
				}
				b.ReportMetric(median(more), "µs/send")
				b.ReportMetric(100*median(share), "%fewer")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

const sendsATurn = 20000

func sends(b *testing.B, conn net.Conn, message []byte) time.Duration {
	b.Helper()
	began := time.Now()
	for range sendsATurn {
		if _, err := conn.Write(message); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
