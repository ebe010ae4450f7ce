package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/results"
)

// patience bounds every wait of these tests; it is never what is measured.
const patience = 30 * time.Second

// pair is a scenario of two cells, for --resume to have something to do, with
// reno, which every user of every kernel may set.
const pair = `
name: pair
title: two cells
matrix: {strategy: [direct, bufio], flush: [full], message: [1KiB], congestion: [reno]}
load: {mode: saturate, connections: 2}
measure: {warmup: 10ms, window: 200ms, blocks: {min: 2, max: 2}, budget: 1m}
`

// A program is pushbench, running in a directory of its own.
type program struct {
	t      *testing.T
	dir    string
	mark   string // in the environment of the program and of all it starts
	cmd    *exec.Cmd
	ended  chan struct{}
	mu     sync.Mutex
	stderr bytes.Buffer
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.Write(b)
}

func (p *program) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// start runs a command line, given as the words after wrap (a shell and its
// script, or nothing), in dir.
func start(t *testing.T, dir string, wrap []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, dir: dir, mark: "PUSHBENCH_TEST_MARK=" + t.Name() + strconv.Itoa(os.Getpid()), ended: make(chan struct{})}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd = exec.Command(self, args...)
	p.cmd.Args[0] = "pushbench"
	if wrap != nil {
		link := filepath.Join(t.TempDir(), "pushbench") // TestMain goes by the name
		if err := os.Symlink(self, link); err != nil {
			t.Fatal(err)
		}
		p.cmd = exec.Command(wrap[0], append(append(wrap[1:], link), args...)...)
	}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = dir, append(os.Environ(), p.mark), p
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // status reads what it ended with
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // an error says that it has ended
		<-p.ended
	})
	return p
}

// run runs a command line to its end.
func (p *program) status() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("still running after %v; it said:\n%s", patience, p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

// processes are those of the process table that bear the program's mark, by
// their second word: "serve", "load" or "run".
func (p *program) processes() map[string]int {
	found := map[string]int{}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, dir := range dirs {
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), p.mark) {
			continue // it has ended, or is another's
		}
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline")) // empty if it has just ended
		if words := strings.Split(string(line), "\x00"); len(words) > 1 {
			pid, _ := strconv.Atoi(filepath.Base(dir)) // the pattern has only digits
			found[words[1]] = pid
		}
	}
	return found
}

// eventually waits until ok.
func (p *program) eventually(what string, ok func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("no %s after %v; it said:\n%s", what, patience, p.said())
		}
	}
}

// midTrial waits until a trial is under way and n are stored, and returns the
// processes.
func (p *program) midTrial(n int) (children map[string]int) {
	p.t.Helper()
	p.eventually("trial under way", func() bool {
		stored, _ := os.ReadFile(filepath.Join(p.dir, "out", results.TrialsFile)) // not there yet
		children = p.processes()
		return children["serve"] > 0 && children["load"] > 0 && bytes.Count(stored, []byte("\n")) >= n
	})
	return children
}

func (p *program) noneLeft() {
	p.t.Helper()
	p.eventually("end of every child", func() bool { return len(p.processes()) == 0 })
}

func writeScenario(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// resume completes the run in dir/out and checks that it then has every cell in
// every block once, and still what it had.
func resume(t *testing.T, dir string, blocks int) {
	t.Helper()
	out := filepath.Join(dir, "out")
	before, err := os.ReadFile(filepath.Join(out, results.TrialsFile))
	if err != nil {
		t.Fatal(err)
	}
	before = before[:bytes.LastIndexByte(before, '\n')+1]
	p := start(t, dir, nil, "run", "--resume", "out")
	if s := p.status(); s != exitDone {
		t.Errorf("--resume: status %d: %s", s, p.said())
	}
	if err := complete(out, blocks); err != nil {
		t.Error(err)
	}
	if after, _ := os.ReadFile(filepath.Join(out, results.TrialsFile)); !bytes.HasPrefix(after, before) {
		t.Errorf("what was recorded before is gone:\n%s\nnow:\n%s", before, after)
	}
}

func trials(t *testing.T, dir string) []results.Trial {
	t.Helper()
	run, err := results.Read(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	return run.Trials
}

func TestKilledChild(t *testing.T) {
	for role, name := range map[string]string{"serve": "server", "load": "generator"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := writeScenario(t, pair)
			p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
			if err := syscall.Kill(p.midTrial(1)[role], syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if s := p.status(); s != exitDone {
				t.Errorf("status %d: %s", s, p.said())
			}
			p.noneLeft()
			why := name + ": ended early: signal: killed"
			if !strings.Contains(p.said(), why) {
				t.Errorf("it did not say %q but:\n%s", why, p.said())
			}
			if err := complete(filepath.Join(dir, "out"), 2); err != nil {
				t.Error(err)
			}
			invalid := slices.DeleteFunc(trials(t, dir), func(t results.Trial) bool {
				return !strings.Contains(strings.Join(t.Reasons, "\n"), why)
			})
			if len(invalid) != 1 || invalid[0].State != results.Invalid {
				t.Errorf("%d trials are invalid for it, 1 is meant", len(invalid))
			}
		})
	}
}

func TestKilledParent(t *testing.T) {
	t.Parallel()
	dir := writeScenario(t, pair)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
	p.midTrial(1)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.noneLeft()
	if n := len(trials(t, dir)); n < 1 || n > 3 {
		t.Errorf("%d trials are stored", n)
	}
	resume(t, dir, 2)
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	dir := writeScenario(t, pair)
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
	p.midTrial(1)
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if s := p.status(); s != exitFailed {
		t.Errorf("status %d", s)
	}
	p.noneLeft()
	for _, want := range []string{"completing this trial; once more stops at once", "interrupted", "go on by `pushbench run --resume out`"} {
		if !strings.Contains(p.said(), want) {
			t.Errorf("it did not say %q but:\n%s", want, p.said())
		}
	}
	stored := trials(t, dir)
	if n := len(stored); n < 2 || n > 3 {
		t.Errorf("%d trials are stored: the one under way is meant to be, and no further one", n)
	}
	for _, trial := range stored {
		if len(trial.Metrics) == 0 {
			t.Errorf("a trial was cut short: %v", trial.Reasons)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out", results.SummaryFile)); err != nil {
		t.Errorf("what there is was not written: %v", err)
	}
	resume(t, dir, 2)
}

func TestInterruptTwice(t *testing.T) {
	t.Parallel()
	// A window that no one waits for.
	dir := writeScenario(t, strings.NewReplacer("window: 200ms", "window: 10m", "budget: 1m", "budget: 2h").Replace(pair))
	p := start(t, dir, nil, "run", "s.yaml", "-o", "out")
	p.midTrial(0)
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
	if n := len(trials(t, dir)); n != 0 || !strings.Contains(p.said(), "--resume out") {
		t.Errorf("%d trials are stored; it said:\n%s", n, p.said())
	}
}

// mounted runs a command line with a file system of its own mounted on dir/disk,
// and copies what then is in disk/out to dir/out.
func mounted(t *testing.T, dir, options string, args ...string) *program {
	t.Helper()
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	const unshare = "unshare"
	testenv.Need(t, "mount namespaces", exec.Command(unshare, "--user", "--map-root-user", "--mount", "true").Run())
	const script = `mount -t tmpfs -o "$0" tmpfs disk || exit 99
"$@"; status=$?
if [ -d disk/out ]; then cp -r disk/out out; fi
exit $status`
	return start(t, dir, []string{unshare, "--user", "--map-root-user", "--mount", "sh", "-c", script, options}, args...)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	const blocks = 30
	dir := writeScenario(t, `
name: full
title: one cell, many times
matrix: {strategy: [direct], message: [1KiB], congestion: [reno]}
load: {mode: rate, rate: 2k/s, connections: 1}
measure: {warmup: 1ms, window: 5ms, blocks: {min: 30, max: 30}, budget: 10m}
`)
	p := mounted(t, dir, "size=20k", "run", "s.yaml", "-o", "disk/out")
	if s := p.status(); s != exitFailed {
		t.Fatalf("status %d: %s", s, p.said())
	}
	p.noneLeft()
	n := len(trials(t, dir))
	if n == 0 || n == blocks {
		t.Fatalf("%d trials fitted; it said:\n%s", n, p.said())
	}
	for _, want := range []string{"no space left on device", "trial not recorded", "the " + strconv.Itoa(n) + " recorded before are safe", "--resume disk/out"} {
		if !strings.Contains(p.said(), want) {
			t.Errorf("it did not say %q but:\n%s", want, p.said())
		}
	}
	resume(t, dir, blocks)
}

func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	p := mounted(t, writeScenario(t, pair), "ro", "run", "s.yaml", "-o", "disk/out")
	if s := p.status(); s != exitFailed || !strings.Contains(p.said(), "disk/out: cannot make the run directory") ||
		!strings.Contains(p.said(), "read-only file system; name another with -o") {
		t.Errorf("status %d: %s", s, p.said())
	}
}

func TestFewDescriptors(t *testing.T) {
	t.Parallel()
	dir := writeScenario(t, `
name: many
title: more connections than descriptors
matrix: {strategy: [direct], message: [64B], congestion: [reno]}
load: {mode: saturate, connections: 2000}
measure: {warmup: 1ms, window: 20ms, blocks: {min: 1, max: 1}, budget: 1m}
`)
	p := start(t, dir, []string{"sh", "-c", `ulimit -n 1024 && exec "$0" "$@"`}, "run", "s.yaml", "-o", "out")
	if s := p.status(); s != exitFailed {
		t.Errorf("status %d", s)
	}
	p.noneLeft()
	for _, want := range []string{"too many open files", "raise the limit of open files (ulimit -n) or ask for fewer connections", "--resume out"} {
		if !strings.Contains(p.said(), want) {
			t.Errorf("it did not say %q but:\n%s", want, p.said())
		}
	}
	resume(t, dir, 1) // under the limit of this test
}
