package probe_test

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
)

// helperVar makes this test binary a program that looks at itself and says what it
// saw, for tests that need a process with other rights or in another namespace.
const helperVar = "PUSHBENCH_PROBE_HELPER"

const helperSends = 321

func TestMain(m *testing.M) {
	if os.Getenv(helperVar) != "" {
		if err := help(); err != nil {
			println(err.Error())
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func help() error {
	switch os.Getenv(helperVar) {
	case "dial":
		return dial(os.Getenv("PUSHBENCH_PROBE_DIAL"), 10000)
	case "namespace": // of PIDs: this is its first process
		if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
			return err
		}
	}
	p, err := probe.Open(probe.Options{PID: os.Getpid()})
	if err != nil {
		return err
	}
	defer p.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	for range helperSends {
		if _, err := c.Write([]byte("message")); err != nil {
			return err
		}
	}
	r, err := p.Report()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// helper runs the helper and returns what it saw.
func helper(t *testing.T, what string, attr *syscall.SysProcAttr) probe.Report {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), helperVar+"="+what)
	cmd.SysProcAttr = attr
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var r probe.Report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

func root(t *testing.T) {
	t.Helper()
	var err error
	if os.Getuid() != 0 {
		err = os.ErrPermission
	}
	testenv.Need(t, "root", err)
}

// CAP_BPF and CAP_PERFMON are enough.
func TestTwoCapabilitiesAreEnough(t *testing.T) {
	root(t)
	open(t, "tracepoints")
	r := helper(t, "rights", &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
		AmbientCaps: []uintptr{unix.CAP_BPF, unix.CAP_PERFMON},
	})
	if r.Mechanism != "tracepoints" || r.Total.Calls == nil || r.Total.Calls.Sends != helperSends {
		t.Errorf("%+v", r)
	}
}

// Without rights a process still samples itself, and says why no more.
func TestWithoutRights(t *testing.T) {
	root(t)
	r := helper(t, "rights", &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}})
	if r.Mechanism != "sampling" || r.Total.Calls != nil || r.Total.Bytes != helperSends*uint64(len("message")) {
		t.Errorf("%+v", r)
	}
	if len(r.Refused) == 0 || r.Missing["sends"] == "" {
		t.Errorf("no reasons: %+v", r)
	}
	if f := r.Figures(helperSends); slices.ContainsFunc([]string{"sends_per_message", "coalesced_share"}, func(name string) bool { _, have := f[name]; return have }) {
		t.Errorf("figures that nobody counted: %v", f)
	}
}

// A process counts by the number that its own namespace gives it.
func TestPIDNamespace(t *testing.T) {
	root(t)
	open(t, "tracepoints")
	r := helper(t, "namespace", &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS, Unshareflags: unix.CLONE_NEWNS})
	if r.Total.Calls == nil || r.Total.Calls.Sends != helperSends {
		t.Errorf("%+v", r)
	}
}
