package verdict

import (
	"math"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// System calls by what they carry bytes to, as looks of kind Syscalls name them.
var (
	toSocket = []string{"write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice"}
	carriers = append([]string{"tee", "vmsplice", "io_uring_enter", "pwrite64", "pwritev", "pwritev2"}, toSocket...)
)

// needsCounts is what it takes where nobody counted system calls.
const needsCounts = "counted system calls: Linux 5.5 or later with BTF, and CAP_BPF and CAP_PERFMON (root has both)"

// counted are a cell's looks that counted system calls.
func (e Evidence) counted(cell string) (out []results.Look) {
	for _, l := range e.Looks {
		if l.Kind == string(Syscalls) && l.Cell == cell && len(l.Figures) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// perMessage sums the calls of some names that a look counted, a message.
func perMessage(l results.Look, names []string) (sum float64) {
	for _, name := range names {
		sum += l.Figures["syscall_"+name+"_per_message"]
	}
	return sum
}

// callsPerMessage is the median over a cell's looks; NaN where nobody counted.
func (e Evidence) callsPerMessage(cell string, names ...string) float64 {
	var v []float64
	for _, l := range e.counted(cell) {
		v = append(v, perMessage(l, names))
	}
	return stats.Median(v).Mid
}

// shareOfCalls is the share that calls of some names have among those of all, of one
// cell: the median over its blocks. Its interval is that of the blocks, or of the
// counts of all of them taken together (Clopper-Pearson) where that reaches further: a
// share of 0 in every block is not known to be 0.
func (e Evidence) shareOfCalls(cell, what string, some, all []string) results.Estimate {
	out := results.Estimate{What: what, Unit: "share"}
	var shares []float64
	var k, n float64
	for _, l := range e.counted(cell) {
		of := perMessage(l, all)
		if of == 0 {
			continue
		}
		shares = append(shares, perMessage(l, some)/of)
		messages := float64(l.With.Counts[results.CountMessages])
		k += math.Round(perMessage(l, some) * messages)
		n += math.Round(of * messages)
	}
	iv := stats.Median(shares)
	if len(shares) > 0 {
		out.Median = iv.Mid
	}
	if iv.OK {
		lo, hi := stats.ClopperPearson(int(k), int(n), stats.Level)
		if n == 0 {
			lo, hi = iv.Lo, iv.Hi // an older server does not say how many
		}
		lo, hi = min(lo, iv.Lo), max(hi, iv.Hi)
		out.Lo, out.Hi = &lo, &hi
	}
	return out
}
