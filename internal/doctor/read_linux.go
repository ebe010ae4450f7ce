package doctor

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// readLoad reads /proc/stat and /proc/loadavg.
func readLoad() (load, error) {
	l := load{cores: runtime.NumCPU()}
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return l, err
	}
	if _, err := fmt.Sscan(string(b), &l.average); err != nil {
		return l, fmt.Errorf("/proc/loadavg: %w", err)
	}
	b, err = os.ReadFile("/proc/stat")
	if err != nil {
		return l, err
	}
	l.steal, err = stealShare(b)
	return l, err
}

// stealShare reads the first line of /proc/stat: cpu, then ticks as user, nice,
// system, idle, iowait, irq, softirq, steal, … (proc_stat(5)). What follows is
// counted in user already.
func stealShare(stat []byte) (float64, error) {
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	fields := strings.Fields(string(line))
	const steal = 8
	if len(fields) <= steal || fields[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat: no steal time in %q", line)
	}
	var sum, stolen float64
	for _, f := range fields[1 : steal+1] {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat: %w", err)
		}
		sum, stolen = sum+n, n
	}
	return stolen / max(sum, 1), nil
}

// readMemory returns the bytes that are free or can be made so, within the
// limit of the control group.
func readMemory() (int64, error) {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	available, err := memAvailable(b)
	if err != nil {
		return 0, err
	}
	limit, err1 := readNumber("/sys/fs/cgroup/memory.max")
	used, err2 := readNumber("/sys/fs/cgroup/memory.current")
	if err1 == nil && err2 == nil {
		available = min(available, limit-used)
	}
	return available, nil
}

func memAvailable(meminfo []byte) (int64, error) {
	for line := range bytes.Lines(meminfo) {
		var kib int64
		if n, _ := fmt.Sscanf(string(line), "MemAvailable: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("/proc/meminfo has no MemAvailable")
}

func readNumber(path string) (int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
}

func readPorts() (int, error) {
	const path = "/proc/sys/net/ipv4/ip_local_port_range"
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var from, to int
	if _, err := fmt.Sscan(string(b), &from, &to); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return to - from + 1, nil
}

func clockSource() string {
	b, _ := os.ReadFile("/sys/devices/system/clocksource/clocksource0/current_clocksource") // optional
	return strings.TrimSpace(string(b))
}

// setCongestion sets the congestion control of a socket, and says what there is.
func setCongestion(name string) (available string, err error) {
	b, _ := os.ReadFile("/proc/sys/net/ipv4/tcp_available_congestion_control") // the socket tells what counts
	available = strings.TrimSpace(string(b))
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return available, err
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, name); err != nil {
		return available, fmt.Errorf("%s: %w", name, err)
	}
	return available, nil
}
