//go:build amd64 || arm64 || riscv64 || ppc64le || loong64

package probe_test

import (
	"fmt"
	"math"
	"net"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
)

// ways are the mechanisms, programs that do nothing at the same places, and a look at
// another process, which sees these sends as well.
func ways() []string { return append(probe.Mechanisms(), probe.Empty, others) }

// others is a way as well: tracepoints that look at another process.
const others = "others"

// openWay looks at the connections of this process.
func openWay(b *testing.B, way string, every time.Duration, conns ...syscall.Conn) *probe.Probe {
	b.Helper()
	var p *probe.Probe
	var err error
	switch way {
	case probe.Empty:
		p, err = probe.OpenEmpty()
	case others:
		p, err = probe.Open(probe.Options{PID: os.Getppid(), Mechanism: "tracepoints"})
	default:
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
// medians of the pairs with the bounds of their 95 % intervals: what a send takes of
// its thread's time more (of its process's, for sampling), in µs and as a share of a
// send without a look, and how many fewer sends a second there are, which other load on
// the machine blurs. A repetition is one pair.
//
//	go test ./server/probe -run '^$' -bench Cost -benchtime 60x
func BenchmarkCost(b *testing.B) {
	for _, way := range ways() {
		for _, size := range []int{64, 4096} {
			b.Run(fmt.Sprintf("way=%s/message=%d", way, size), func(b *testing.B) { cost(b, way, size, 0) })
		}
	}
	b.Run("way=sampling/message=64/every=10ms", func(b *testing.B) { cost(b, "sampling", 64, 10*time.Millisecond) })
}

func cost(b *testing.B, way string, size int, every time.Duration) {
	runtime.LockOSThread() // whose time is taken
	defer runtime.UnlockOSThread()
	clock := int32(unix.CLOCK_THREAD_CPUTIME_ID)
	if way == "sampling" { // it has a thread of its own
		clock = unix.CLOCK_PROCESS_CPUTIME_ID
	}
	conn := pair(b, 0)
	message := make([]byte, size)
	turn := func(looked bool) (wall, cpu float64) {
		if looked {
			defer openWay(b, way, every, conn).Close()
		}
		sends(b, conn, message, warmUp)
		began, used := time.Now(), cpuTime(b, clock)
		sends(b, conn, message, sendsATurn)
		used = cpuTime(b, clock) - used
		return micros(time.Since(began)) / sendsATurn, micros(used) / sendsATurn
	}
	var plain, more, share, fewer []float64
	for first := false; b.Loop(); first = !first {
		var wall, cpu [2]float64 // without a look and with it
		for _, looked := range []bool{first, !first} {
			i := 0
			if looked {
				i = 1
			}
			wall[i], cpu[i] = turn(looked)
		}
		plain = append(plain, cpu[0])
		more = append(more, cpu[1]-cpu[0])
		share = append(share, 100*(cpu[1]/cpu[0]-1))
		fewer = append(fewer, 100*(1-wall[0]/wall[1]))
	}
	report(b, plain, "µs/plain-send")
	report(b, more, "µs/send-more")
	report(b, share, "%more")
	report(b, fewer, "%fewer")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSampling gives the share of one processor that sampling takes, connections
// at rest: what a server that is short of processors loses at least. It is the median of
// pairs with and without, with the bounds of its 95 % interval. A repetition is one
// pair, of 2 s each: looks at a thousand connections are more than a second apart.
//
//	go test ./server/probe -run '^$' -bench Sampling -benchtime 6x
func BenchmarkSampling(b *testing.B) {
	for _, every := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond} {
		for _, n := range []int{1, 1000} {
			b.Run(fmt.Sprintf("every=%v/connections=%d", every, n), func(b *testing.B) {
				var conns []syscall.Conn
				for range n {
					conns = append(conns, pair(b, 0))
				}
				share := func(looked bool) float64 {
					if looked {
						defer openWay(b, "sampling", every, conns...).Close()
					}
					began, used := time.Now(), cpuTime(b, unix.CLOCK_PROCESS_CPUTIME_ID)
					time.Sleep(2 * time.Second)
					used = cpuTime(b, unix.CLOCK_PROCESS_CPUTIME_ID) - used
					return 100 * float64(used) / float64(time.Since(began))
				}
				var more []float64
				for b.Loop() {
					without := share(false)
					more = append(more, share(true)-without)
				}
				report(b, more, "%processor")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

const (
	sendsATurn = 20000
	warmUp     = 2000
)

func sends(b *testing.B, conn net.Conn, message []byte, n int) {
	b.Helper()
	for range n {
		if _, err := conn.Write(message); err != nil {
			b.Fatal(err)
		}
	}
}

func cpuTime(b *testing.B, clock int32) time.Duration {
	b.Helper()
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

func micros(d time.Duration) float64 { return float64(d) / 1e3 }

// report gives the median of v with the bounds of its 95 % interval, which are order
// statistics (the normal approximation of the binomial distribution of ranks).
func report(b *testing.B, v []float64, unit string) {
	b.Helper()
	v = slices.Sorted(slices.Values(v))
	n := float64(len(v))
	reach := 0.98 * math.Sqrt(n)
	at := func(rank float64) float64 { return v[int(min(max(rank, 0), n-1))] }
	b.ReportMetric(at(math.Floor(n/2-reach)), unit+"-low")
	b.ReportMetric(at(n/2), unit)
	b.ReportMetric(at(math.Ceil(n/2+reach)), unit+"-high")
}
