package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Descendants lists the processes that came from this one, nearest first. Those
// whose parents have ended belong to it if it is a subreaper.
func Descendants() []int {
	children := map[int][]int{}
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if s, err := statOf(pid); err == nil {
			children[s.parent] = append(children[s.parent], pid)
		}
	}
	all := children[os.Getpid()]
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

func statOf(pid int) (stat, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	return parseStat(line)
}

// BeginTree reads the usage of Descendants at the beginning of a window, and EndTree
// at its end: what is dear to read comes first and last. Ended processes are
// included. Memory is the sum of each one's largest, of those alive; switches and
// waits are of threads alive. The figures of Go's runtime are missing.
func BeginTree() (u Usage) {
	pids := Descendants()
	u.addFiles(pids)
	u.addTimes(pids)
	return u
}

// EndTree reads the usage of Descendants at the end of a window.
func EndTree() (u Usage) {
	pids := Descendants()
	u.addTimes(pids)
	u.addFiles(pids)
	return u
}

func (u *Usage) addTimes(pids []int) {
	u.CPU += ended()
	for _, pid := range pids {
		if s, err := statOf(pid); err == nil {
			u.CPU += onCore(pid, s.own) + s.children
			u.Threads = sum(u.Threads, &s.threads)
		}
	}
}

// Clocks is the time that processes were on a core so far, by their own clocks:
// cheap to read, and without what has ended.
func Clocks(pids []int) (sum float64) {
	for _, pid := range pids {
		sum += onCore(pid, 0)
	}
	return sum
}

// ended is the time of the children that this process has waited for.
func ended() float64 {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_CHILDREN, &r) != nil {
		return 0
	}
	return seconds(int64(r.Utime.Sec), int64(r.Utime.Usec)) + seconds(int64(r.Stime.Sec), int64(r.Stime.Usec))
}

// onCore is the time a process was on a core, by its own clock, whose steps are
// nanoseconds; that of stat, in steps of 10 ms, where the clock is gone.
func onCore(pid int, otherwise float64) float64 {
	const scheduled = 2 // the clock of a whole process that counts time on a core (CPUCLOCK_SCHED)
	var t unix.Timespec
	if unix.ClockGettime(int32(^pid<<3|scheduled), &t) != nil || t.Nano() == 0 {
		return otherwise
	}
	return float64(t.Nano()) / 1e9
}

func (u *Usage) addFiles(pids []int) {
	for _, pid := range pids {
		u.addProcess(fmt.Sprintf("/proc/%d", pid))
	}
}

func (u *Usage) addProcess(dir string) {
	u.RunQueue = sum(u.RunQueue, runQueue(dir))
	u.WriteSyscalls = sum(u.WriteSyscalls, field(dir+"/io", "syscw:"))
	u.Files = sum(u.Files, count(dir+"/fd"))
	if kb := field(dir+"/status", "VmHWM:"); kb != nil {
		u.MaxRSS += int64(*kb) << 10
	}
	tasks, _ := filepath.Glob(dir + "/task/*/status") // the pattern is well formed
	for _, t := range tasks {
		u.ContextSwitches = sum(u.ContextSwitches, field(t, "voluntary_ctxt_switches:"))
		u.ContextSwitches = sum(u.ContextSwitches, field(t, "nonvoluntary_ctxt_switches:"))
	}
}

// sum adds what is known; nil where nothing is.
func sum[T uint64 | float64](a, b *T) *T {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	d := *a + *b
	return &d
}
