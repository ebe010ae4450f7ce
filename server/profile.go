package server

import (
	"bytes"
	"context"
	"math"
	"runtime/metrics"
	"runtime/pprof"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
)

// LookProfile lets a server profile itself within the window.
const LookProfile = "profile"

// A Profile is what Go's runtime tells of the window.
type Profile struct {
	CPU     []byte   `json:"cpu,omitempty"` // pprof's format
	Seconds float64  `json:"seconds"`
	Sched   []Bucket `json:"sched"`   // times that goroutines which could run waited for a thread
	Pauses  []Bucket `json:"pauses"`  // times that the collector stopped the program
	Objects uint64   `json:"objects"` // allocated
	Bytes   uint64   `json:"bytes"`
	Cycles  uint64   `json:"cycles"`     // of the collector
	Heap    uint64   `json:"heap_bytes"` // of live and unswept objects, at the end
}

// A Bucket counts times up to a bound in seconds; the last bound may be missing,
// which is written as 0.
type Bucket struct {
	UpTo float64 `json:"up_to,omitempty"`
	N    uint64  `json:"n"`
}

var profileMetrics = []string{
	"/sched/latencies:seconds", "/sched/pauses/total/gc:seconds", "/gc/heap/allocs:objects",
	"/gc/heap/allocs:bytes", "/gc/cycles/total:gc-cycles", "/memory/classes/heap/objects:bytes",
}

func readMetrics() []metrics.Sample {
	s := make([]metrics.Sample, len(profileMetrics))
	for i, name := range profileMetrics {
		s[i].Name = name
	}
	metrics.Read(s)
	return s
}

// profile profiles the window; nil if nobody asked.
func (s *Server) profile(ctx context.Context, times child.Go) (*Profile, error) {
	if s.cfg.Look != LookProfile {
		return nil, nil
	}
	var cpu bytes.Buffer
	clock.Wait(ctx, times.Begin)
	before, began := readMetrics(), clock.Now()
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return nil, err
	}
	clock.Wait(ctx, times.End)
	pprof.StopCPUProfile()
	after := readMetrics()
	grew := func(i int) uint64 { return after[i].Value.Uint64() - before[i].Value.Uint64() }
	return &Profile{
		CPU: cpu.Bytes(), Seconds: float64(clock.Now()-began) / 1e9,
		Sched: since(before[0], after[0]), Pauses: since(before[1], after[1]),
		Objects: grew(2), Bytes: grew(3), Cycles: grew(4), Heap: after[5].Value.Uint64(),
	}, nil
}

// since is what was added to a histogram, without its empty buckets.
func since(before, after metrics.Sample) (out []Bucket) {
	was, is := before.Value.Float64Histogram(), after.Value.Float64Histogram()
	for i, n := range is.Counts {
		if i < len(was.Counts) {
			n -= was.Counts[i]
		}
		if n == 0 {
			continue
		}
		up := is.Buckets[i+1]
		if math.IsInf(up, 0) {
			up = 0
		}
		out = append(out, Bucket{up, n})
	}
	return out
}
