package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// readProcess reads what one system call tells.
func readProcess(u *Usage) {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) == nil {
		u.CPU = seconds(int64(r.Utime.Sec), int64(r.Utime.Usec)) + seconds(int64(r.Stime.Sec), int64(r.Stime.Usec))
		switches := uint64(r.Nvcsw + r.Nivcsw)
		u.ContextSwitches = &switches
	}
}

// readThreads reads what takes opening files.
func readThreads(u *Usage) {
	u.RunQueue = runQueue("/proc/self")
	u.WriteSyscalls = field("/proc/self/io", "syscw:")
	u.Threads = field("/proc/self/status", "Threads:")
	u.Files = count("/proc/self/fd")
	// Not ru_maxrss: over exec that keeps what the parent had.
	if kb := field("/proc/self/status", "VmHWM:"); kb != nil {
		u.MaxRSS = int64(*kb) << 10
	}
}

// runQueue sums the second field of schedstat over the threads of a process:
// nanoseconds each was runnable and waited for a core.
func runQueue(dir string) *float64 {
	tasks, err := filepath.Glob(dir + "/task/*/schedstat")
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

// count is how many entries a directory has; nil if it cannot be read.
func count(dir string) *uint64 {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	n := uint64(len(names))
	return &n
}

// field reads the number behind a name in a file of lines; nil if it has none.
func field(file, name string) *uint64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.Fields(rest + " -")[0], 10, 64)
		if err != nil {
			return nil
		}
		return &n
	}
	return nil
}
