package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// A mark is what was so at one moment of a measurement.
type mark struct {
	Time     int64  `json:"time"`     // nanoseconds of clock.Now
	Messages uint64 `json:"messages"` // written so far
	CPU      int64  `json:"cpu"`      // nanoseconds that the client has used so far
}

// cpuClock reads the CPU clock of a process: user and system time of all its
// threads, in nanoseconds.
func cpuClock(pid int) (int64, error) {
	// CPUCLOCK_SCHED of the process, as clock_getcpuclockid(3) makes it.
	id := int32(^pid<<3 | 2)
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", pid, err)
	}
	return t.Nano(), nil
}

// A sample is what one client did in one round, in messages and seconds.
type sample struct {
	perCPU  float64 // messages for each second of CPU
	perWall float64 // messages for each second
	busy    float64 // share of the time that the client's core was busy with it
}

// between is what happened between two marks.
func between(a, b mark) (sample, error) {
	n, wall, cpu := float64(b.Messages-a.Messages), float64(b.Time-a.Time)/1e9, float64(b.CPU-a.CPU)/1e9
	if n <= 0 || wall <= 0 || cpu <= 0 {
		return sample{}, fmt.Errorf("%.0f messages in %.3f s and %.3f s of CPU: nothing was measured", n, wall, cpu)
	}
	return sample{perCPU: n / cpu, perWall: n / wall, busy: cpu / wall}, nil
}
