package ownserver

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/plan"
)

func lineOutput(t *testing.T, pattern string) *output {
	t.Helper()
	o, err := newOutput(plan.Server{Ready: "line", ReadyLine: pattern})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *output) hasSaid() bool {
	select {
	case <-o.said:
		return true
	default:
		return false
	}
}

// The line that says ready is found however it is cut into reads.
func TestReadyLine(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "\n", true},
		{"", "no end of a line", false},
		{"^ready$", "not ready\r\nready\r\nmore\n", true},
		{"^ready$", "ready", false},
		{"^ready$", "already\n", false},
		{"x$", strings.Repeat("a", 3*lineBytes) + "x\nx\n", true},
		{"^a*x$", strings.Repeat("a", 3*lineBytes) + "x\n", false}, // what is too long is cut
	} {
		for _, size := range []int{1, 3, 1 << 20} {
			o := lineOutput(t, c.pattern)
			for rest := []byte(c.text); len(rest) > 0; {
				n := min(size, len(rest))
				o.take(rest[:n])
				rest = rest[n:]
			}
			if got := o.hasSaid(); got != c.want {
				t.Errorf("%q in %.20q, %d bytes a read: %v", c.pattern, c.text, size, got)
			}
		}
	}
}

func FuzzOutput(f *testing.F) {
	f.Add([]byte("listening\nx"), uint8(3), uint16(2))
	f.Add(bytes.Repeat([]byte("ab\n"), 100), uint8(7), uint16(5000))
	f.Fuzz(func(t *testing.T, text []byte, size uint8, times uint16) {
		o := lineOutput(t, "nothing matches\\z this")
		var all []byte
		for range min(int(times), 1+(4<<20)/(len(text)+1)) {
			for rest := text; len(rest) > 0; {
				n := min(int(size)+1, len(rest))
				o.take(rest[:n])
				rest = rest[n:]
			}
			all = append(all, text...)
		}
		got := o.text()
		if len(all) <= 2*keptBytes {
			if !bytes.Equal(got, all) {
				t.Errorf("%d bytes became %d", len(all), len(got))
			}
			return
		}
		if !bytes.HasPrefix(got, all[:keptBytes]) || !bytes.HasSuffix(got, all[len(all)-keptBytes:]) || len(got) > 2*keptBytes+100 {
			t.Errorf("%d bytes became %d: not their beginning and end", len(all), len(got))
		}
	})
}

func TestLastLines(t *testing.T) {
	long := strings.Repeat("line\n", 1000)
	if got := LastLines([]byte(long + "\xff end\n\n")); strings.Count(got, "\n") != toldLines-1 || !strings.HasSuffix(got, "\ufffd end") {
		t.Errorf("got %q", got)
	}
	if got := LastLines([]byte(strings.Repeat("x", 1<<20))); len(got) > toldBytes {
		t.Errorf("%d bytes", len(got))
	}
	if got := LastLines(nil); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestLogIsAppendedTo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "server.log")
	for _, text := range []string{"one\n", "", "two"} {
		o := lineOutput(t, "")
		o.take([]byte(text))
		if err := o.store(file, "trial of "+text); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if want := "== trial of one\n\none\n== trial of two\ntwo\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSharedConnections(t *testing.T) {
	info := func(id uint32, bytes uint64) socket {
		return socket{cookie: [2]uint32{id}, info: tcpInfo{BytesSent: bytes}}
	}
	first, second, closed := shared([]socket{info(1, 10), info(2, 20)}, []socket{info(2, 25), info(3, 7)})
	if d := second.Sub(*first).BytesSent; d != 12 || closed != 1 {
		t.Errorf("%d bytes, %d closed", d, closed)
	}
}
