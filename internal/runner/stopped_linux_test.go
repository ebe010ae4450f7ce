package runner_test

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/testenv"
)

// Ten thousand connections, all but a hundred of which stop reading: their
// writers block, the healthy ones are served, and memory stays bounded.
func TestTenThousandStoppedReaders(t *testing.T) {
	const connections, healthy = 10000, 100
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if need := uint64(connections + 100); limit.Max < need {
		testenv.Need(t, "open files", fmt.Errorf("a process may open %d here, %d are needed", limit.Max, need))
	}
	exe := build(t)
	v := plan.Values{
		"strategy": "direct", "message": 16384.0, "load": "rate", "rate": 2.0, "congestion": "reno", "connections": float64(connections),
		"sndbuf": 16384.0, "rcvbuf": 4096.0, "queue": 8.0, "slow_share": 1 - float64(healthy)/connections, "write_deadline": 0.5,
	}
	began := time.Now()
	trial := runOnce(t, v, 5*time.Second, time.Second, func(role string, _ plan.Cell) *exec.Cmd {
		return exec.Command(exe, role, "--trial")
	})
	m := trial.Metrics
	t.Logf("%s %v %v after %v: server %.0f MB, generator %.0f MB, %.0f %% given up, healthy readers' p99 %.1f ms", trial.State, trial.Reasons, trial.Warnings,
		time.Since(began).Round(time.Second), m["server_memory_bytes"]/1e6, m["reader_memory_bytes"]/1e6, 100*m["disconnected_share"], 1e3*m["latency_p99_seconds"])
	for _, reason := range trial.Reasons {
		// A busy machine may make the trial's times worthless; it must not make
		// it fail.
		if !strings.Contains(reason, "late") && !strings.Contains(reason, "busy") {
			t.Errorf("%s: %s %v", trial.State, reason, trial.Warnings)
		}
	}
	if both := m["server_memory_bytes"] + m["reader_memory_bytes"]; both > 1<<30 {
		t.Errorf("%.0f MB for both sides", both/1e6)
	}
	if given := m["disconnected_share"]; given < 0.5 {
		t.Errorf("%.0f %% of the connections were given up; most stopped reading", 100*given)
	}
}
