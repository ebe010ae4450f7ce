//go:build linux

package command_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
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
			Command: []string{"sh", "-c", "sleep 987 & echo started; wait"},
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
	var out bytes.Buffer
	s.Stdout, s.Stderr = &out, &out
	status, err := command.Run(t.Context(), s)
	if err != nil {
		t.Fatalf("status %d: %v\n%s", status, err, out.String())
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

// The command sees its own processes alone: it is the second of them.
func TestProcessesAreTheCommandsOwn(t *testing.T) {
	_, out := run(t, command.Spec{Command: []string{"sh", "-c", "echo $$; cat /proc/1/cmdline"}})
	if !strings.HasPrefix(out, "2\n") && !strings.Contains(out, "pushbench-netem-init") {
		t.Errorf("processes: %q", out)
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
	before := namespaces(t)
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
	during := namespaces(t)
	if line != "started\n" || len(during) <= len(before) {
		t.Fatalf("said %q; %d namespaces before, %d during", line, len(before), len(during))
	}
	_ = cmd.Process.Signal(unix.SIGKILL)
	_ = cmd.Wait()
	// Wait, as killed processes take a moment to go, but not for ever.
	for range 100 {
		if len(namespaces(t)) <= len(before) && !sleeps(t) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("left behind: namespaces %v, before %v; the command's sleep is there: %v", namespaces(t), before, sleeps(t))
}

// namespaces are the network namespaces of all processes.
func namespaces(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	tasks, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tasks {
		threads, _ := os.ReadDir("/proc/" + p.Name() + "/task")
		for _, thread := range threads {
			if id, err := os.Readlink("/proc/" + p.Name() + "/task/" + thread.Name() + "/ns/net"); err == nil {
				all[id] = true
			}
		}
	}
	return all
}

// sleeps tells whether the victim's grandchild is there.
func sleeps(t *testing.T) bool {
	t.Helper()
	files, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range files {
		line, _ := os.ReadFile("/proc/" + p.Name() + "/cmdline")
		if string(line) == "sleep\x00987\x00" {
			return true
		}
	}
	return false
}
