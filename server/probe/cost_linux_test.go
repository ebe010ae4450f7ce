package probe_test

import (
	"fmt"
	"math"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
)

// ways are the mechanisms, and programs that do nothing at the same places.
func ways() []string { return append(probe.Mechanisms(), probe.Empty) }

// openWay looks at the connections of this process.
func openWay(b *testing.B, way string, every time.Duration, conns ...syscall.Conn) *probe.Probe {
	b.Helper()
	var p *probe.Probe
	var err error
	if way == probe.Empty {
		p, err = probe.OpenEmpty()
	} else {
		p, err = probe.Open(probe.Options{PID: os.Getpid(), Mechanism: way, Every: every, Conns: func() []syscall.Conn { return conns }})
	}
	testenv.Need(b, way, err)
	return p
}

// BenchmarkPrograms gives the time in the programs, per run of each and per send, by
// the kernel's own clock around each run: what reading that clock takes is in every
// run, and way=empty shows it alone. What the kernel does before and after a program
// is not in it: BenchmarkCost has everything. A repetition is one send.
//
//	go test ./server/probe -run '^$' -bench Programs -benchtime 300000x -count 6
func BenchmarkPrograms(b *testing.B) {
	for _, way := range ways() {
		if way == "sampling" {
			continue
		}
		for _, size := range []int{64, 4096} {
			b.Run(fmt.Sprintf("way=%s/message=%d", way, size), func(b *testing.B) {
				stats, err := ebpf.EnableStats(uint32(unix.BPF_STATS_RUN_TIME))
				testenv.Need(b, "BPF statistics", err)
				defer stats.Close()
				conn := pair(b, 0)
				p := openWay(b, way, 0)
				defer p.Close()
				message := make([]byte, size)
				sends(b, conn, message, warmUp)
				before, err := p.Runs()
				if err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				sends(b, conn, message, b.N)
				b.StopTimer()
				after, err := p.Runs()
				if err != nil {
					b.Fatal(err)
				}
				var all time.Duration
				for name, is := range after {
					ran, took := is.Count-before[name].Count, is.Time-before[name].Time
					all += took
					if ran > uint64(b.N)/100 {
						b.ReportMetric(float64(took)/float64(ran), name+"-ns/run")
						b.ReportMetric(float64(ran)/float64(b.N), name+"-runs/send")
					}
				}
				b.ReportMetric(float64(all)/float64(b.N), "programs-ns/send")
			})
		}
	}
}

// BenchmarkCost takes turns with and without a look on one connection. It gives the
// median of the pairs with the bounds of its 95 % interval: what a send takes longer,
// and how many fewer there are. A repetition is one pair.
//
//	go test ./server/probe -run '^$' -bench Cost -benchtime 60x
func BenchmarkCost(b *testing.B) {
	for _, way := range ways() {
		for _, size := range []int{64, 4096} {
			b.Run(fmt.Sprintf("way=%s/message=%d", way, size), func(b *testing.B) { cost(b, way, size, 0) })
		}
	}
	for _, every := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond} {
		b.Run(fmt.Sprintf("way=sampling/every=%v", every), func(b *testing.B) { cost(b, "sampling", 64, every) })
	}
}

func cost(b *testing.B, way string, size int, every time.Duration) {
	conn := pair(b, 0)
	message := make([]byte, size)
	turn := func(probed bool) float64 {
		if probed {
			defer openWay(b, way, every, conn).Close()
		}
		sends(b, conn, message, warmUp)
		return sends(b, conn, message, sendsATurn).Seconds() * 1e6 / sendsATurn
	}
	var plain, more, fewer []float64
	for i := 0; b.Loop(); i++ {
		var took [2]float64
		took[i%2] = turn(i%2 == 1)
		took[1-i%2] = turn(i%2 == 0)
		without, with := took[0], took[1]
		plain, more, fewer = append(plain, without), append(more, with-without), append(fewer, 100*(1-without/with))
	}
	low, mid, high := median(more)
	b.ReportMetric(low, "µs/send-low")
	b.ReportMetric(mid, "µs/send")
	b.ReportMetric(high, "µs/send-high")
	low, mid, high = median(fewer)
	b.ReportMetric(low, "%fewer-low")
	b.ReportMetric(mid, "%fewer")
	b.ReportMetric(high, "%fewer-high")
	_, mid, _ = median(plain)
	b.ReportMetric(mid, "µs/send-plain")
	b.ReportMetric(0, "ns/op")
}

const (
	sendsATurn = 20000
	warmUp     = 2000
)

func sends(b *testing.B, conn net.Conn, message []byte, n int) time.Duration {
	b.Helper()
	began := time.Now()
	for range n {
		if _, err := conn.Write(message); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

// median returns it with the bounds of its 95 % interval, which are order statistics
// (the normal approximation of the binomial distribution of ranks).
func median(v []float64) (low, mid, high float64) {
	v = slices.Sorted(slices.Values(v))
	n := float64(len(v))
	reach := 0.98 * math.Sqrt(n)
	at := func(i float64) float64 { return v[int(min(max(i, 0), n-1))] }
	return at(math.Floor(n/2 - reach)), at(n / 2), at(math.Ceil(n/2 + reach))
}
