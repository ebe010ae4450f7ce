package host

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/results"
)

// sysctls are the settings a TCP throughput can depend on.
var sysctls = []string{
	"net.ipv4.tcp_congestion_control", "net.ipv4.tcp_available_congestion_control",
	"net.ipv4.tcp_wmem", "net.ipv4.tcp_rmem", "net.core.wmem_max", "net.core.rmem_max",
	"net.ipv4.tcp_autocorking", "net.ipv4.tcp_limit_output_bytes", "net.ipv4.tcp_notsent_lowat",
	"net.ipv4.tcp_slow_start_after_idle", "net.core.default_qdisc",
}

func describeOS(h *results.Host) {
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		h.Kernel = unix.ByteSliceToString(u.Release[:])
	}
	h.CPU = cpuModel()
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		h.Memory = int64(info.Totalram) * int64(info.Unit)
	}
	h.Sysctls = map[string]string{}
	for _, name := range sysctls {
		if b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(name, ".", "/")); err == nil {
			h.Sysctls[name] = strings.Join(strings.Fields(string(b)), " ")
		}
	}
}

func cpuModel() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func machineID() string {
	b, _ := os.ReadFile("/etc/machine-id") // without it the host name tells machines apart
	return string(b)
}
