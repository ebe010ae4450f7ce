// Package usage reads what this process has cost so far.
package usage

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

// Usage is a process's cost since it started. A nil pointer is a figure that
// this system does not give.
type Usage struct {
	CPU             float64  `json:"cpu_seconds"`
	Allocs          uint64   `json:"allocs"` // heap objects
	GCCycles        uint64   `json:"gc_cycles"`
	GCPause         float64  `json:"gc_pause_seconds"` // all pauses, lower bound of the runtime's buckets
	ContextSwitches *uint64  `json:"context_switches,omitempty"`
	RunQueue        *float64 `json:"run_queue_seconds,omitempty"` // runnable and not running, all threads
	WriteSyscalls   *uint64  `json:"write_syscalls,omitempty"`    // write, writev and the like; not sendmsg
	MaxRSS          int64    `json:"max_rss_bytes,omitempty"`
	Files           *uint64  `json:"files,omitempty"`   // descriptors that are open now
	Threads         *uint64  `json:"threads,omitempty"` // that there are now
	Goroutines      uint64   `json:"goroutines"`        // that there are now
	// SchedP99 is the 99th percentile of the time that goroutines which could run
	// waited for a thread, since Begin; an upper bound of the runtime's bucket. At
	// Begin, and where none waited, it is 0.
	SchedP99 float64 `json:"sched_latency_p99_seconds,omitempty"`
}

// Sub is what was spent between two readings.
func (u Usage) Sub(before Usage) Usage {
	return Usage{
		CPU:             u.CPU - before.CPU,
		Allocs:          u.Allocs - before.Allocs,
		GCCycles:        u.GCCycles - before.GCCycles,
		GCPause:         u.GCPause - before.GCPause,
		ContextSwitches: sub(u.ContextSwitches, before.ContextSwitches),
		RunQueue:        sub(u.RunQueue, before.RunQueue),
		WriteSyscalls:   sub(u.WriteSyscalls, before.WriteSyscalls),
		MaxRSS:          u.MaxRSS,
		Files:           u.Files,
		Threads:         u.Threads,
		Goroutines:      u.Goroutines,
		SchedP99:        u.SchedP99,
	}
}

func sub[T uint64 | float64](a, b *T) *T {
	if a == nil || b == nil || *a < *b { // less where what was counted is gone
		return nil
	}
	d := *a - *b
	return &d
}

var names = []string{"/gc/cycles/total:gc-cycles", "/sched/pauses/total/gc:seconds", "/sched/goroutines:goroutines", "/sched/latencies:seconds"}

// A Reader reads Usage and keeps the buffers it needs for it.
type Reader struct {
	samples []metrics.Sample
	memory  runtime.MemStats
	waits   []uint64 // of the scheduler's histogram, at Begin
}

// NewReader returns a Reader.
func NewReader() *Reader {
	r := &Reader{samples: make([]metrics.Sample, len(names))}
	for i, n := range names {
		r.samples[i].Name = n
	}
	metrics.Read(r.samples)
	return r
}

// Begin reads the usage at the beginning of a window: what is dear to read comes
// first, so that the cost of reading falls outside.
func (r *Reader) Begin() Usage {
	var u Usage
	readThreads(&u)
	readProcess(&u)
	r.readRuntime(&u)
	r.waits = append(r.waits[:0], r.samples[3].Value.Float64Histogram().Counts...)
	return u
}

// End reads the usage at the end of a window: what is dear to read comes last.
func (r *Reader) End() Usage {
	var u Usage
	r.readRuntime(&u)
	u.SchedP99 = quantileSince(r.waits, r.samples[3].Value.Float64Histogram(), 0.99)
	readProcess(&u)
	readThreads(&u)
	return u
}

func (r *Reader) readRuntime(u *Usage) {
	// runtime/metrics counts allocations by whole spans of a thread's cache, and is
	// off by up to 128 small objects; ReadMemStats empties the caches first.
	runtime.ReadMemStats(&r.memory)
	u.Allocs = r.memory.Mallocs
	metrics.Read(r.samples)
	u.GCCycles = r.samples[0].Value.Uint64()
	u.GCPause = total(r.samples[1].Value.Float64Histogram())
	u.Goroutines = r.samples[2].Value.Uint64()
}

// quantileSince is the upper bound of the bucket in which quantile q of what was
// added to h since the counts before lies; 0 if nothing was.
func quantileSince(before []uint64, h *metrics.Float64Histogram, q float64) float64 {
	added := make([]uint64, len(h.Counts))
	var all uint64
	for i, n := range h.Counts {
		if i < len(before) {
			n -= before[i]
		}
		added[i] = n
		all += n
	}
	rank := uint64(math.Ceil(q * float64(all)))
	var seen uint64
	for i, n := range added {
		seen += n
		if n > 0 && seen >= rank {
			if up := h.Buckets[i+1]; !math.IsInf(up, 0) {
				return up
			}
			return h.Buckets[i]
		}
	}
	return 0
}

// total sums a histogram of seconds by the lower bounds of its buckets.
func total(h *metrics.Float64Histogram) float64 {
	var sum float64
	for i, n := range h.Counts {
		if low := h.Buckets[i]; n > 0 && low > 0 {
			sum += low * float64(n)
		}
	}
	return sum
}

func seconds(sec, usec int64) float64 {
	return (time.Duration(sec)*time.Second + time.Duration(usec)*time.Microsecond).Seconds()
}

// CPU is the user and system time of this process so far, in seconds. It is
// cheap to read.
func CPU() float64 {
	var u Usage
	readProcess(&u)
	return u.CPU
}
