//go:build unix

package runner_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
	"github.com/pushbench/pushbench/internal/plan"
)

// The stall of the oracle: a server stopped for 1.4 s in the middle of 6 s at
// 1000 messages a second.
const (
	stall       = 1400 * time.Millisecond
	stallAfter  = 2 * time.Second // of the server's start
	oracleLoad  = 6 * time.Second
	oracleRate  = 1000.0
	oracleError = 0.02
)

// A server is stopped for a known time. What the generator reports must be what
// follows from the schedule alone: a message due x before the server goes on
// arrives x late, so that of all messages the slowest share q were those due in
// the first q × load of the stall.
func TestStallOracle(t *testing.T) {
	exe := build(t)
	var freezing sync.WaitGroup
	var stalled time.Duration
	v := plan.Values{"strategy": "direct", "message": 64.0, "load": "rate", "rate": oracleRate, "congestion": "reno"}
	trial := runOnce(t, v, 0, oracleLoad, func(role string, _ plan.Cell) *exec.Cmd {
		if role != "serve" {
			return exec.Command(exe, role, "--trial")
		}
		file := filepath.Join(t.TempDir(), "pid")
		freezing.Go(func() { stalled = freeze(t, file) })
		return exec.Command("sh", "-c", `echo $$ >"$1.new"; mv "$1.new" "$1"; exec "$0" serve --trial`, exe, file)
	})
	freezing.Wait()
	m := trial.Metrics
	t.Logf("a stall of %v in %v at %v messages/s:", stalled.Round(time.Millisecond), oracleLoad, oracleRate)
	t.Logf("%12s %14s %14s %16s", "", "from schedule", "reported", "in the call only")
	for _, q := range []struct {
		name  string
		share float64
	}{{"p99", 0.01}, {"p999", 0.001}} {
		want := stalled.Seconds() - q.share*oracleLoad.Seconds()
		got, uncorrected := m["latency_"+q.name+"_seconds"], m["write_"+q.name+"_seconds"]
		t.Logf("%12s %12.1f ms %12.1f ms %13.3f ms", q.name, 1e3*want, 1e3*got, 1e3*uncorrected)
		if off := got/want - 1; off < -oracleError || off > oracleError {
			t.Errorf("%s is off by %.1f %%", q.name, 100*off)
		}
	}
	// The 99th percentile of the time in the call hides the stall altogether.
	if hidden := m["write_p99_seconds"]; hidden > m["latency_p99_seconds"]/100 {
		t.Errorf("the uncorrected p99 is %v s: this stall shows nothing", hidden)
	}
}

// freeze stops the process whose number comes to stand in file, for stall, and
// returns for how long it really was.
func freeze(t *testing.T, file string) time.Duration {
	var text []byte
	for err := error(os.ErrNotExist); err != nil; text, err = os.ReadFile(file) {
		time.Sleep(time.Millisecond)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Error(err)
		return 0
	}
	time.Sleep(stallAfter)
	began := clock.Now()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Error(err)
	}
	time.Sleep(stall)
	d := time.Duration(clock.Now() - began)
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Error(err)
	}
	return d
}
