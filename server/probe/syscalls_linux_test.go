package probe_test

import (
	"io"
	"net"
	"os"
	"testing"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/probe"
)

// Every conn.Write is one write(2), every net.Buffers one writev(2); a process that is
// not looked at adds nothing.
func TestSyscallsAreCounted(t *testing.T) {
	const writes, vectors = 1234, 567
	c, err := probe.CountSyscalls(os.Getpid())
	testenv.Need(t, "BPF sys_enter", err)
	defer c.Close()
	other, err := probe.CountSyscalls(os.Getppid())
	testenv.Need(t, "BPF sys_enter", err)
	defer other.Close()

	conn := pair(t, 0)
	for range writes {
		if _, err := conn.Write([]byte("message")); err != nil {
			t.Fatal(err)
		}
	}
	for range vectors {
		b := net.Buffers{[]byte("mess"), []byte("age")}
		if _, err := b.WriteTo(conn); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	// The runtime wakes its poller by a write now and then.
	if w := r.Counts["write"]; w < writes || w > writes+writes/10 || r.Counts["writev"] != vectors || r.Counts["sendfile"] != 0 {
		t.Errorf("%v", r.Counts)
	}
	f := r.Figures(writes)
	if f["syscall_write_per_message"] < 1 || f["syscall_writev_per_message"] != float64(vectors)/writes || len(f) != 2 {
		t.Errorf("%v", f)
	}
	if r, err := other.Report(); err != nil || r.Counts["writev"] != 0 {
		t.Errorf("another process: %v %v", r.Counts, err)
	}
}

// ReadFrom of a file is sendfile(2).
func TestSendfileIsCounted(t *testing.T) {
	c, err := probe.CountSyscalls(os.Getpid())
	testenv.Need(t, "BPF sys_enter", err)
	defer c.Close()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("message"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := pair(t, 0).ReadFrom(f); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Report(); err != nil || r.Counts["sendfile"] == 0 {
		t.Errorf("%v %v", r.Counts, err)
	}
}
