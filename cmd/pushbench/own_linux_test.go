package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/results"
)

// ownServer builds the example server into dir.
func ownServer(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "own"), "github.com/pushbench/pushbench/examples/own-server")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// behind is a scenario whose server is started by a shell script: $0 is
// {host}:{port}.
func behind(script, more string) string {
	return `
name: behind
server:
  command:
    - sh
    - -c
    - |
      ` + strings.ReplaceAll(strings.TrimSpace(script), "\n", "\n      ") + `
    - '{host}:{port}'
  target: tcp://{host}:{port}
  messages: pushbench
` + more + `
measure: {warmup: 20ms, window: 150ms, blocks: {min: 2, max: 2}, budget: 1m}
`
}

// runOwn runs a scenario beside the example server and returns what it said.
func runOwn(t *testing.T, scenario string, status int) (dir, said string) {
	t.Helper()
	dir = writeScenario(t, scenario)
	ownServer(t, dir)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
	if s := p.status(); s != status {
		t.Fatalf("status %d, not %d: %s", s, status, p.said())
	}
	p.noneLeft()
	return dir, p.said()
}

// This and others below want every trial valid, and so the machine for themselves:
// they are not parallel.
func TestTwoBuildsInOneMatrix(t *testing.T) {
	dir, _ := runOwn(t, `
name: builds
servers:
  old: {build: [cp, own, old], command: [./old, --addr, '{host}:{port}', --strategy, direct], target: 'tcp://{host}:{port}', messages: pushbench}
  new: {build: [cp, own, new], command: [./new, --addr, '{host}:{port}', --strategy, bufio], target: 'tcp://{host}:{port}', messages: pushbench, ready: line, ready_line: ^listening on}
matrix: {server: [old, new]}
measure: {warmup: 20ms, window: 300ms, blocks: {min: 2, max: 2}}
compare: {factor: server, base: old, metric: write_syscalls_per_message}
`, exitDone)
	calls := map[string]float64{}
	for _, trial := range trials(t, dir) {
		if trial.State != results.Valid {
			t.Errorf("%s: %v %v", trial.Cell, trial.Reasons, trial.Warnings)
		}
		calls[trial.Cell] = trial.Metrics["write_syscalls_per_message"]
		for _, name := range []string{"server_cpu_seconds_per_message", "server_memory_bytes", "server_threads", "server_open_files", "segments_per_message", "wire_bytes_per_message", "latency_p50_seconds", "messages_per_second"} {
			if !(trial.Metrics[name] > 0) {
				t.Errorf("%s: no %s", trial.Cell, name)
			}
		}
		if !strings.Contains(trial.Notes["allocs_per_message"], "from outside") {
			t.Errorf("it does not say why allocs_per_message is missing: %v", trial.Notes)
		}
	}
	// The old one calls once a message, the new one once for those of 10 ms.
	if calls["server=old"] < 0.9 || calls["server=new"] > 0.5 {
		t.Errorf("write calls per message: %v", calls)
	}
	log, err := os.ReadFile(filepath.Join(dir, "out", results.ServerLogFile))
	if n := strings.Count(string(log), "listening on 127.0.0.1:"); err != nil || n != 4 {
		t.Errorf("%d of 4 trials are in the log, %v:\n%s", n, err, log)
	}
}

// Faults of servers end the run after some trials, with the reason.
func TestFaultsOfOwnServers(t *testing.T) {
	for name, c := range map[string]struct {
		script, more string
		want         []string
	}{
		"crashes": {`./own --addr $0 & sleep 0.15; echo last words; kill -9 $!; exit 7`, "", []string{
			"server own: ended", "exit status 7; its last lines:\n", "last words", "every trial failed",
		}},
		"killed": {`./own --addr $0 & sleep 0.15; kill -9 $! $$`, "", []string{"signal: killed"}},
		"never ready": {`echo thinking; sleep 1000`, "  ready_within: 200ms", []string{
			"server own: not ready within 200ms (ready: tcp): nothing listens at 127.0.0.1:", "give it time by ready_within", "thinking",
		}},
		"no such line": {`exec ./own --addr $0`, "  {ready: line, ready_line: nothing such, ready_within: 200ms}", []string{`no line matched "nothing such"`, "listening on"}},
		"wrong port":   {`echo "usage: \033[2J"; exit 3`, "", []string{"ended before it was ready: exit status 3; its last lines:", `usage: \u001b[2J`}},
		"no program":   {`exec ./missing`, "", []string{"exit status 127", "missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			more := strings.NewReplacer("{", "", "}", "", ", ", "\n  ").Replace(c.more)
			_, said := runOwn(t, behind(c.script, more), exitFailed)
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("it did not say %q but:\n%s", want, said)
				}
			}
		})
	}
}

func TestFailedBuild(t *testing.T) {
	t.Parallel()
	_, said := runOwn(t, behind(`exec ./own --addr $0`, `  build: [sh, -c, "seq 1000; echo 'x.go:1: broken' >&2; exit 1"]`), exitFailed)
	for _, want := range []string{"server own: sh -c", "exit status 1; its last lines:", "1000\nx.go:1: broken", "nothing was measured"} {
		if !strings.Contains(said, want) {
			t.Errorf("it did not say %q but:\n%s", want, said)
		}
	}
}

func TestEndlessLogIsBounded(t *testing.T) {
	t.Parallel()
	dir, _ := runOwn(t, behind(`echo first; yes | head -c 20000000; echo last; exec ./own --addr $0`, ""), exitDone)
	log, err := os.ReadFile(filepath.Join(dir, "out", results.ServerLogFile))
	if err != nil || len(log) > 300<<10 {
		t.Fatalf("%d bytes, %v", len(log), err)
	}
	for _, want := range []string{"first\n", "bytes are left out]", "last\n", "listening on"} {
		if strings.Count(string(log), want) != 2 {
			t.Errorf("the log lacks %q of one of two trials", want)
		}
	}
}

// escape leaves children in sessions of their own, without their parents.
const escape = `(setsid sleep 1000 &)
setsid sh -c 'trap "" TERM; sleep 1000 & while :; do sleep 1000; done' &
`

func TestNothingIsLeft(t *testing.T) {
	for name, script := range map[string]string{
		"children that escape": escape + `exec ./own --addr $0`,
		"SIGTERM is ignored":   `trap "" TERM; ./own --addr $0 & while :; do sleep 1000; done`,
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := runOwn(t, behind(script, ""), exitDone)
			for _, trial := range trials(t, dir) {
				if trial.State != results.Valid {
					t.Errorf("%v %v", trial.Reasons, trial.Warnings)
				}
			}
		})
	}
}

// ownMidTrial waits until a trial of a user's server is under way and one is
// stored.
func (p *program) ownMidTrial() (children map[string]int) {
	p.t.Helper()
	p.eventually("trial under way", func() bool {
		stored, _ := os.ReadFile(filepath.Join(p.dir, "out", results.TrialsFile)) // not there yet
		children = p.processes()
		return children["supervise"] > 0 && children["load"] > 0 && strings.Contains(string(stored), "\n")
	})
	return children
}

func TestKilledParentOfOwnServer(t *testing.T) {
	for _, c := range []struct {
		network string
		load    bool // it is killed under load: what the supervisor then says has no reader
	}{{"loopback", false}, {"veth", false}, {"loopback", true}} {
		t.Run(fmt.Sprint(c.network, " load ", c.load), func(t *testing.T) {
			t.Parallel()
			scenario := behind(escape+`trap "" TERM; ./own --addr $0 & while :; do sleep 1000; done`, "matrix: {network: "+c.network+"}")
			if c.load {
				scenario = strings.Replace(scenario, "window: 150ms", "window: 900ms", 1)
			}
			dir := writeScenario(t, scenario)
			ownServer(t, dir)
			p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
			p.ownMidTrial()
			if c.load { // nothing outside shows when the load has begun
				time.Sleep(400 * time.Millisecond)
			}
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			p.noneLeft()
			resume(t, dir, 2)
		})
	}
}

// A supervisor that is killed takes its server with it, and the run goes on.
func TestKilledSupervisor(t *testing.T) {
	dir := writeScenario(t, behind(`exec ./own --addr $0`, ""))
	ownServer(t, dir)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out", "--blocks", "4")
	if err := syscall.Kill(p.ownMidTrial()["supervise"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if s := p.status(); s != exitDone {
		t.Errorf("status %d: %s", s, p.said())
	}
	p.noneLeft()
	lost := slices.DeleteFunc(trials(t, dir), func(t results.Trial) bool { return t.State == results.Valid })
	if len(lost) != 1 || !strings.Contains(p.said(), "server own: ended early: signal: killed") {
		t.Errorf("%d trials are lost; it said:\n%s", len(lost), p.said())
	}
}

// The second interrupt ends what the server has started, too.
func TestInterruptTwiceWithOwnServer(t *testing.T) {
	t.Parallel()
	dir := writeScenario(t, strings.NewReplacer("window: 150ms", "window: 10m", "budget: 1m", "budget: 2h").Replace(behind(escape+`exec ./own --addr $0`, "")))
	ownServer(t, dir)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
	p.eventually("trial", func() bool { c := p.processes(); return c["supervise"] > 0 && c["load"] > 0 })
	for _, after := range []string{"storing in", "completing this trial"} {
		p.eventually(after, func() bool { return strings.Contains(p.said(), after) })
		if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	if s := p.status(); s != exitFailed {
		t.Errorf("status %d", s)
	}
	p.noneLeft()
}

// Every form of a stream is counted, and timed where its messages say when.
func TestFormsOfStreams(t *testing.T) {
	dir, _ := runOwn(t, `
name: forms
servers:
  raw: {command: [./own, --addr, '{host}:{port}', --form, lines], target: 'tcp://{host}:{port}'}
  lines: {command: [./own, --addr, '{host}:{port}', --form, lines], target: 'tcp://{host}:{port}', messages: lines, timestamp: 'json:ts:unixms', sequence: json:seq}
  sse: {command: [./own, --addr, '{host}:{port}', --form, sse], target: 'http://{host}:{port}/e', ready: http, timestamp: 'json:ts:unixms', sequence: json:seq}
matrix: {server: [raw, lines, sse], connections: 2}
measure: {warmup: 50ms, window: 200ms, blocks: {min: 1, max: 1}}
`, exitDone)
	for _, trial := range trials(t, dir) {
		raw := strings.HasPrefix(trial.Cell, "server=raw")
		if trial.State == results.Invalid {
			t.Errorf("%s: %v %v", trial.Cell, trial.Reasons, trial.Warnings)
		}
		// The time TCP was busy comes in ticks, and may be less than one.
		if _, ok := trial.Metrics["busy_share"]; !ok || !(trial.Metrics["goodput_bytes_per_second"] > 0) {
			t.Errorf("%s: goodput or busy_share is missing: %v %v", trial.Cell, trial.Metrics, trial.Notes)
		}
		for _, name := range []string{"messages_per_second", "latency_p99_seconds", "segments_per_message"} {
			if trial.Metrics[name] > 0 == raw {
				t.Errorf("%s: %s is %v", trial.Cell, name, trial.Metrics[name])
			}
		}
		if lost := trial.Metrics["lost_share"]; lost != 0 {
			t.Errorf("%s: %v are lost", trial.Cell, lost)
		}
	}
}

// WebSockets, HTTP/2 and encrypted streams of a server are measured as plain ones
// are, also in a namespace of their own. The server is pushbench's live one, which
// to a scenario is a program like any other.
func TestSchemesOfOwnServers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	live := filepath.Join(t.TempDir(), "pushbench") // TestMain goes by the name
	if err := os.Symlink(self, live); err != nil {
		t.Fatal(err)
	}
	dir, _ := runOwn(t, strings.ReplaceAll(`
name: schemes
servers:
  ws: {command: [PUSHBENCH, serve, --listen, '{host}:{port}', --rate, 500/s, --format, json], ready: http, target: 'ws://{host}:{port}/ws', timestamp: 'json:ts:unixns', sequence: json:seq}
  wss: {command: [PUSHBENCH, serve, --listen, '{host}:{port}', --rate, 500/s, --format, json, --tls, self], ready: http, target: 'wss://{host}:{port}/ws', timestamp: 'json:ts:unixns', sequence: json:seq}
  https: {command: [PUSHBENCH, serve, --listen, '{host}:{port}', --rate, 500/s, --format, json, --tls, self], ready: http, target: 'https://{host}:{port}/stream', timestamp: 'json:ts:unixns', sequence: json:seq}
  h2c: {command: [./own, --addr, '{host}:{port}', --form, sse, --rate, '500'], ready: line, ready_line: listening, target: 'h2c://{host}:{port}/e', timestamp: 'json:ts:unixms', sequence: json:seq}
matrix: {server: [ws, wss, https, h2c], network: [loopback, veth], connections: 3}
measure: {warmup: 50ms, window: 300ms, blocks: {min: 1, max: 1}}
`, "PUSHBENCH", live), exitDone)
	if n := len(trials(t, dir)); n != 8 {
		t.Errorf("%d trials", n)
	}
	for _, trial := range trials(t, dir) {
		if trial.State == results.Invalid {
			t.Errorf("%s: %v %v", trial.Cell, trial.Reasons, trial.Warnings)
			continue
		}
		for _, name := range []string{"messages_per_second", "latency_p99_seconds", "segments_per_message", "server_cpu_seconds_per_message", "connect_p50_seconds"} {
			if !(trial.Metrics[name] > 0) {
				t.Errorf("%s: %s is missing: %v", trial.Cell, name, trial.Notes)
			}
		}
		if lost := trial.Metrics["lost_share"]; lost != 0 {
			t.Errorf("%s: %v are lost", trial.Cell, lost)
		}
	}
}

// A stream that is not what the scenario says makes the trial invalid, and says why.
func TestNoEventStream(t *testing.T) {
	t.Parallel()
	dir := writeScenario(t, `
name: wrong
server: {command: [./own, --addr, '{host}:{port}', --form, lines], target: 'http://{host}:{port}/e'}
measure: {warmup: 20ms, window: 100ms, blocks: {min: 1, max: 1}}
`)
	ownServer(t, dir)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
	p.status()
	p.noneLeft()
	for _, trial := range trials(t, dir) {
		if trial.State != results.Invalid {
			t.Errorf("%v: %v %v", trial.State, trial.Reasons, trial.Warnings)
		}
	}
}
