//go:build linux

package command_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/command"
	"github.com/pushbench/pushbench/netem/profile"
)

// TestMain plays, besides the tests, the first process of a PID namespace and
// the programs that run behind the network.
func TestMain(m *testing.M) {
	command.Init()
	if len(os.Args) > 2 && os.Args[1] == "play" {
		os.Exit(play(os.Args[2]))
	}
	os.Exit(m.Run())
}

// play is a small server, its client, or a run that will be killed.
func play(role string) int {
	switch role {
	case "serve":
		l, err := net.Listen("tcp", netem.ServerAddr.String()+":80")
		if err != nil {
			return 10
		}
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "from the far end") }))
	case "fetch":
		start := time.Now()
		r, err := http.Get("http://" + netem.ServerAddr.String())
		if err != nil {
			fmt.Println(err)
			return 11
		}
		text, _ := io.ReadAll(r.Body)
		fmt.Printf("%s|%d", text, time.Since(start).Milliseconds())
	case "victim":
		status, err := command.Run(context.Background(), command.Spec{
			Profile: &profile.Profile{Name: "victim"}, Options: netem.Options{Backend: netem.User},
			Command: []string{"sh", "-c", fmt.Sprintf("sleep %d & echo started; wait", nap(os.Getpid()))},
			Server:  os.Args[0] + " play serve", Stdout: os.Stdout, Stderr: os.Stderr,
		})
		fmt.Println(status, err)
	}
	return 0
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a command behind 60 ms of round trip.
func run(t *testing.T, s command.Spec) (int, string) {
	t.Helper()
	for _, f := range netem.Probe() {
		if f.Needed == "backend user" && !f.Available {
			testenv.Need(t, f.Name, fmt.Errorf("%s", f.Reason))
		}
	}
	s.Profile = &profile.Profile{Name: "test"}
	s.Profile.Down.Delay, s.Profile.Up.Delay = 30*time.Millisecond, 30*time.Millisecond
	s.Options.Backend = netem.User
	var out, errs bytes.Buffer
	s.Stdout, s.Stderr = &out, &errs
	status, err := command.Run(t.Context(), s)
	if err != nil {
		t.Fatalf("status %d: %v\n%s", status, err, errs.String())
	}
	return status, out.String()
}

func TestStatusIsKept(t *testing.T) {
	for _, c := range []struct {
		command []string
		want    int
	}{
		{[]string{"true"}, 0},
		{[]string{"sh", "-c", "exit 42"}, 42},
		{[]string{"sh", "-c", "kill -TERM $$"}, 128 + 15},
		{[]string{"no-such-command"}, command.StatusNotFound},
		{[]string{"/etc/passwd"}, command.StatusNotExec},
	} {
		if got, out := run(t, command.Spec{Command: c.command}); got != c.want {
			t.Errorf("%v: status %d, want %d (%s)", c.command, got, c.want, out)
		}
	}
}

func TestInputAndOutputAreKept(t *testing.T) {
	_, out := run(t, command.Spec{Command: []string{"tr", "a-z", "A-Z"}, Stdin: strings.NewReader("hello")})
	if out != "HELLO" {
		t.Errorf("output %q", out)
	}
}

// The command sees the processes of its own namespace alone.
func TestProcessesAreTheCommandsOwn(t *testing.T) {
	_, out := run(t, command.Spec{Command: []string{"cat", "/proc/1/cmdline"}})
	if !strings.HasPrefix(out, "pushbench-netem-init\x00cat") {
		t.Errorf("the first process is %q", out)
	}
}

// checkFetched looks for the body and for at least the two round trips that a
// request on a new connection takes.
func checkFetched(t *testing.T, status int, out, body string) {
	t.Helper()
	text, ms, _ := strings.Cut(out, "|")
	took, err := strconv.Atoi(ms)
	if status != 0 || text != body || err != nil || took < 120 {
		t.Errorf("status %d, output %q; want %q after 120 ms or more", status, out, body)
	}
}

func TestServerAtTheFarEnd(t *testing.T) {
	status, out := run(t, command.Spec{Server: "exec " + self(t) + " play serve", Command: []string{self(t), "play", "fetch"}})
	checkFetched(t, status, out, "from the far end")
}

func TestServerThatFails(t *testing.T) {
	_, err := command.Run(t.Context(), command.Spec{
		Profile: &profile.Profile{Name: "test"}, Options: netem.Options{Backend: netem.User},
		Server: "exit 3", Command: []string{"true"},
	})
	if err == nil || !strings.Contains(err.Error(), "the server ended before it listened") {
		t.Errorf("error %v", err)
	}
}

func TestForwardToTheHost(t *testing.T) {
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "from the host") }))
	defer host.Close()
	forward, err := command.ParseForward("80:" + strings.TrimPrefix(host.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	status, out := run(t, command.Spec{Forwards: []command.Forward{forward}, Command: []string{self(t), "play", "fetch"}})
	checkFetched(t, status, out, "from the host")
}

func TestParseForward(t *testing.T) {
	for _, c := range []struct {
		text string
		want command.Forward
	}{
		{"80", command.Forward{Port: 80, To: "127.0.0.1:80"}},
		{"80:example.org:8080", command.Forward{Port: 80, To: "example.org:8080"}},
		{"80:[::1]:8080", command.Forward{Port: 80, To: "[::1]:8080"}},
	} {
		if got, err := command.ParseForward(c.text); err != nil || got != c.want {
			t.Errorf("%q: %+v, %v; want %+v", c.text, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "0", "x", "70000", "80:", "80:host", "80:host:", "80:host:0", "80::1"} {
		if got, err := command.ParseForward(bad); err == nil {
			t.Errorf("%q was taken for %+v", bad, got)
		}
	}
}

// A run that is killed leaves no process and no namespace behind.
func TestKillLeavesNothing(t *testing.T) {
	run(t, command.Spec{Command: []string{"true"}}) // or skip
	for range 3 {
		killOnce(t)
	}
}

func killOnce(t *testing.T) {
	t.Helper()
	cmd := exec.Command(self(t), "play", "victim")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	made := namespaces(t, strconv.Itoa(cmd.Process.Pid))
	delete(made, own(t))
	if line != "started\n" || len(made) != 2 {
		t.Fatalf("said %q; in namespaces %v, want two", line, made)
	}
	_ = cmd.Process.Signal(unix.SIGKILL)
	_ = cmd.Wait()
	// Wait, as killed processes take a moment to go, but not for ever.
	for range 100 {
		left := namespaces(t, "*")
		if !slices.ContainsFunc(slices.Collect(maps.Keys(made)), func(id string) bool { return left[id] }) && !sleeps(t, cmd.Process.Pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("left behind: of namespaces %v in %v; the command's sleep is there: %v", made, namespaces(t, "*"), sleeps(t, cmd.Process.Pid))
}

// nap is how many seconds the grandchild of a process sleeps: its mark.
func nap(pid int) int { return 1_000_000 + pid }

func own(t *testing.T) string {
	t.Helper()
	id, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// namespaces are the network namespaces of all threads of a process, or of all.
func namespaces(t *testing.T, pid string) map[string]bool {
	t.Helper()
	links, err := filepath.Glob("/proc/" + pid + "/task/*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, l := range links {
		if id, err := os.Readlink(l); err == nil {
			all[id] = true
		}
	}
	return all
}

// sleeps tells whether the grandchild of a victim is there.
func sleeps(t *testing.T, victim int) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("sleep\x00%d\x00", nap(victim))
	return slices.ContainsFunc(files, func(f string) bool {
		line, _ := os.ReadFile(f)
		return string(line) == want
	})
}
