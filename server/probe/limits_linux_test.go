package probe_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
)

// Sends on connections beyond what is kept are counted as lost, never left out.
func TestFullTableIsCounted(t *testing.T) {
	const kept, conns, each = 3, 10, 7
	p, err := probe.Open(probe.Options{PID: os.Getpid(), Mechanism: "tracepoints", MaxConns: kept})
	testenv.Need(t, "BPF", err)
	defer p.Close()
	for range conns {
		c := pair(t, 0)
		for range each {
			if _, err := c.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, err := p.Report()
	if err != nil {
		t.Fatal(err)
	}
	if seen := r.Total.Calls.Sends; r.Connections != kept || seen != kept*each || r.Lost.Sends != (conns-kept)*each {
		t.Errorf("%d connections, %d sends, lost %+v", r.Connections, seen, r.Lost)
	}
}

// Ten thousand connections are kept and read at once. Their other ends are another
// process's, which may open as many files again.
func TestTenThousandConnections(t *testing.T) {
	const n = 10000
	testenv.Need(t, "10,100 open files", files(n+100))
	p := open(t, "tracepoints")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), helperVar+"=dial", "PUSHBENCH_PROBE_DIAL="+l.Addr().String())
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stdin.Close(); _ = cmd.Wait() }()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second))
	for range n {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	r, err := p.Report()
	if err != nil {
		t.Fatal(err)
	}
	if r.Connections != n || r.Total.Calls.Sends != n || r.Lost.Any() {
		t.Errorf("%d connections, %d sends, lost %+v", r.Connections, r.Total.Calls.Sends, r.Lost)
	}
}

// dial opens n connections and holds them until standard input ends.
func dial(address string, n uint64) error {
	if err := files(n + 100); err != nil {
		return err
	}
	for range n {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		defer c.Close()
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// files lets this process open n files.
func files(n uint64) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur >= n {
		return err
	}
	if limit.Cur = limit.Max; limit.Max < n {
		return unix.EMFILE
	}
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
}

// What cannot be told is missing with a reason, whatever the mechanism.
func TestMechanisms(t *testing.T) {
	for _, name := range probe.Mechanisms() {
		t.Run(name, func(t *testing.T) {
			conn := pair(t, 16<<10)
			p, err := probe.Open(probe.Options{PID: os.Getpid(), Mechanism: name, Conns: func() []syscall.Conn { return []syscall.Conn{conn} }})
			if name == "fentry" && err != nil {
				t.Skipf("this kernel has no fentry: %v", err)
			}
			testenv.Need(t, "BPF "+name, err)
			defer p.Close()
			for range 500 {
				if _, err := conn.Write(make([]byte, 4<<10)); err != nil {
					t.Fatal(err)
				}
			}
			r, err := p.Report()
			if err != nil {
				t.Fatal(err)
			}
			c := r.Total
			if (c.Calls == nil) != (p.Missing["sends"] != "") || (c.Pieces == nil) != (p.Missing["vectored"] != "") {
				t.Errorf("missing and not said, or said and not missing: %+v %v", c, p.Missing)
			}
			if c.Bytes != 500*4<<10 || c.Buffer.Size == 0 || c.Path.SRTT == 0 || c.Path.DataSegments == 0 || c.Path.Cwnd == 0 {
				t.Errorf("%+v", c)
			}
		})
	}
}

// A process that ends while it is looked at leaves what it did.
func TestProcessEnds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p, err := probe.Open(probe.Options{PID: os.Getpid(), ChildrenOnly: true, Mechanism: "tracepoints"})
	testenv.Need(t, "BPF", err)
	defer p.Close()
	_, port, _ := strings.Cut(l.Addr().String(), ":")
	// A child of a child, which bash sends by itself.
	cmd := exec.Command("bash", "-c", "bash -c 'exec 3<>/dev/tcp/127.0.0.1/"+port+"; for i in 1 2 3; do echo hello >&3; done'; true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := p.Read()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Conns) != 1 || r.Conns[0].Calls.Sends != 3 || r.Conns[0].Bytes != 18 {
		t.Errorf("%+v", r)
	}
	if _, err := probe.Open(probe.Options{PID: cmd.Process.Pid}); err == nil || !strings.Contains(err.Error(), "no such process") {
		t.Errorf("a process that is gone: %v", err)
	}
	runtime.KeepAlive(cmd)
}
