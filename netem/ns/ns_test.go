//go:build linux

package ns_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem/ns"
)

// TestMain plays the program that Enter runs again: asked to, it makes a
// namespace as whatever user it is, and tells which status it ended with.
func TestMain(m *testing.M) {
	if os.Getenv("NS_TEST_ENTER") == "" {
		os.Exit(m.Run())
	}
	status, done, err := ns.Enter()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(90)
	}
	if done {
		os.Exit(status)
	}
	n, err := ns.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(91)
	}
	defer n.Close()
	fmt.Printf("made as %d\n", os.Getuid())
	os.Exit(7)
}

func newNS(t *testing.T) *ns.Namespace {
	t.Helper()
	n, err := ns.New()
	testenv.Need(t, "network namespaces", err)
	t.Cleanup(func() { n.Close() })
	return n
}

func identity() (string, error) { return os.Readlink("/proc/thread-self/ns/net") }

func TestDoIsInside(t *testing.T) {
	n := newNS(t)
	home, err := identity()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for range 2 {
		err := n.Do(func() error {
			id, err := identity()
			ids = append(ids, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if ids[0] == home || ids[0] != ids[1] {
		t.Errorf("home is %s, Do was in %v: want one other namespace both times", home, ids)
	}
	if now, _ := identity(); now != home {
		t.Errorf("after Do the caller is in %s, was in %s", now, home)
	}
	if main, _ := os.Readlink("/proc/self/ns/net"); main != home {
		t.Errorf("the process's first thread is in %s, want %s", main, home)
	}
}

func TestDoReturnsTheError(t *testing.T) {
	n := newNS(t)
	want := errors.New("from inside")
	if err := n.Do(func() error { return want }); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// A Do inside a Do comes back to where it was called, not to the host.
func TestDoNests(t *testing.T) {
	a, b := newNS(t), newNS(t)
	var before, after string
	err := a.Do(func() error {
		before, _ = identity()
		err := b.Do(func() error { return nil })
		after, _ = identity()
		return err
	})
	if err != nil || before != after {
		t.Errorf("was in %s, then in %s (%v)", before, after, err)
	}
}

func TestLoopbackIsUpAndAlone(t *testing.T) {
	n := newNS(t)
	err := n.Do(func() error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return err
		}
		c.Close()
		ifs, err := net.Interfaces()
		if err == nil && len(ifs) != 1 {
			err = fmt.Errorf("interfaces %v, want lo alone", ifs)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStartRunsInside(t *testing.T) {
	n := newNS(t)
	var out bytes.Buffer
	cmd := exec.Command("readlink", "/proc/self/ns/net")
	cmd.Stdout = &out
	if err := n.Start(cmd); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	var want string
	_ = n.Do(func() (err error) { want, err = identity(); return err })
	if got := strings.TrimSpace(out.String()); got != want {
		t.Errorf("child in %q, namespace is %q", got, want)
	}
}

func TestCloseKillsWhatStartBegan(t *testing.T) {
	n := newNS(t)
	cmd := exec.Command("sleep", "600")
	if err := n.Start(cmd); err != nil {
		t.Fatal(err)
	}
	n.Close()
	if err := cmd.Wait(); err == nil || ns.ExitStatus(cmd.ProcessState) != 128+9 {
		t.Errorf("after Close the child ended with %v, want killed", err)
	}
	if err := n.Start(exec.Command("true")); err == nil {
		t.Error("Start after Close succeeded")
	}
}

// As another user than root the program is run again in a user namespace.
func TestEnterWithoutRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("running as an ordinary user: Enter is tested as this user")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{self}
	if os.Getuid() == 0 {
		// The test binary lies where only root may go: hand it over open.
		args = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/proc/self/fd/3"}
	}
	exe, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.ExtraFiles = []*os.File{exe}
	cmd.Env = append(os.Environ(), "NS_TEST_ENTER=1")
	out, _ := cmd.CombinedOutput()
	status := ns.ExitStatus(cmd.ProcessState)
	if status == 90 {
		testenv.Need(t, "user namespaces", errors.New(string(out)))
	}
	if status != 7 || !strings.HasPrefix(string(out), "made as ") || strings.Contains(string(out), "made as 0\n") {
		t.Errorf("status %d, output %q; want 7 and an ordinary user", status, out)
	}
}
