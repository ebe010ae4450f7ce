package usage

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// readProcess reads what one system call tells.
func readProcess(u *Usage) {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) == nil {
		u.CPU = seconds(int64(r.Utime.Sec), int64(r.Utime.Usec)) + seconds(int64(r.Stime.Sec), int64(r.Stime.Usec))
		switches := uint64(r.Nvcsw + r.Nivcsw)
		u.ContextSwitches = &switches
		u.MaxRSS = r.Maxrss << 10
	}
}

// readThreads reads what takes opening files.
func readThreads(u *Usage) {
	u.RunQueue = runQueue()
	u.WriteSyscalls = writeSyscalls()
}

// runQueue sums the second field of every thread's schedstat: nanoseconds it
// was runnable and waited for a core.
func runQueue() *float64 {
	tasks, err := filepath.Glob("/proc/self/task/*/schedstat")
	if err != nil || len(tasks) == 0 {
		return nil
	}
	var sum float64
	for _, t := range tasks {
		b, err := os.ReadFile(t)
		if err != nil {
			continue // the thread ended
		}
		var run, wait float64
		if _, err := fmt.Sscan(string(b), &run, &wait); err != nil {
			return nil
		}
		sum += wait / 1e9
	}
	return &sum
}

// writeSyscalls is syscw of /proc/self/io: the kernel's own count.
func writeSyscalls() *uint64 {
	b, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return nil
	}
	s := bufio.NewScanner(bytes.NewReader(b))
	for s.Scan() {
		if v, ok := bytes.CutPrefix(s.Bytes(), []byte("syscw: ")); ok {
			n, err := strconv.ParseUint(string(v), 10, 64)
			if err != nil {
				return nil
			}
			return &n
		}
	}
	return nil
}
