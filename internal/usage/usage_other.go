//go:build !linux && !darwin

package usage

import "runtime/metrics"

// readProcess takes the Go runtime's estimate of CPU time where the system's own
// figure is not read.
func readProcess(u *Usage) {
	s := []metrics.Sample{{Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/cpu/classes/idle:cpu-seconds"}}
	metrics.Read(s)
	u.CPU = s[0].Value.Float64() - s[1].Value.Float64()
}

// readThreads reads nothing: this system has no such figures.
func readThreads(*Usage) {}
