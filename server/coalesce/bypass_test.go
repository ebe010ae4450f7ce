package coalesce_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushbench/pushbench/server/coalesce"
)

// holdLong keeps bytes until something other than idleness or time sends them.
var holdLong = coalesce.Config{Hold: true, Window: time.Hour}

// A file follows what was written before it, by whatever way io.Copy finds.
func TestReadFromFile(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		copy   func(w io.Writer, f *os.File) (int64, error)
		size   int
		direct bool // the file bypasses the buffer
	}{
		{"whole", func(w io.Writer, f *os.File) (int64, error) { return io.Copy(w, f) }, len(content), true},
		{"large part", func(w io.Writer, f *os.File) (int64, error) { return io.CopyN(w, f, 100<<10) }, 100 << 10, true},
		{"small part", func(w io.Writer, f *os.File) (int64, error) { return io.CopyN(w, f, 100) }, 100, false},
		{"hidden", func(w io.Writer, f *os.File) (int64, error) { return io.Copy(w, struct{ io.Reader }{f}) }, len(content), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			c, peer := tcpPair(t, holdLong)
			got := make(chan string)
			go func() {
				b, _ := io.ReadAll(peer)
				got <- string(b)
			}()
			mustWrite(t, c, "header")
			if n, err := tt.copy(c, f); err != nil || n != int64(tt.size) {
				t.Errorf("copied %d, %v; want %d", n, err, tt.size)
			}
			s := c.Stats()
			if direct := s.Flushes[coalesce.ByFlush] == 1 && s.Calls == 2; direct != tt.direct {
				t.Errorf("%+v; want direct %v", s, tt.direct)
			}
			if want := int64(len("header") + tt.size); s.Bytes != want {
				t.Errorf("Bytes = %d, want %d", s.Bytes, want)
			}
			mustWrite(t, c, "trailer")
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if g := <-got; g != "header"+string(content[:tt.size])+"trailer" {
				t.Errorf("peer got %d bytes, other than written", len(g))
			}
		})
	}
}

// A source that pauses holds up neither what it gave nor other writers.
func TestReadFromPausingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := pipe(t, coalesce.Config{})
		source, feed := io.Pipe()
		copied := make(chan error)
		go func() {
			_, err := io.Copy(c, source)
			copied <- err
		}()
		mustWrite(t, feed, "first")
		mustRead(t, peer, "first")
		mustWrite(t, c, "between")
		mustRead(t, peer, "between")
		feed.CloseWithError(io.ErrUnexpectedEOF)
		if err := <-copied; err != io.ErrUnexpectedEOF {
			t.Errorf("Copy = %v, want the source's error", err)
		}
	})
}

// ReadFrom stops at a connection that has failed.
func TestReadFromFailing(t *testing.T) {
	c, peer := tcpPair(t, coalesce.Config{})
	peer.SetLinger(0)
	peer.Close()
	source := strings.NewReader(strings.Repeat("x", 64<<20))
	if n, err := c.ReadFrom(source); err == nil {
		t.Errorf("sent %d bytes to a connection that was reset", n)
	}
}

func TestSyscallConn(t *testing.T) {
	c, peer := tcpPair(t, holdLong)
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, c, "buffered")
	control := false
	if err := raw.Control(func(uintptr) { control = true }); err != nil || !control {
		t.Errorf("Control = %v, called %v", err, control)
	}
	if n := c.Stats().Calls; n != 0 {
		t.Errorf("Control made %d calls", n)
	}
	err = raw.Write(func(uintptr) bool {
		mustRead(t, peer, "buffered")
		return true
	})
	if err != nil {
		t.Error(err)
	}
	mustWrite(t, c, "again")
	tried := 0
	err = raw.Read(func(uintptr) bool {
		mustRead(t, peer, "again")
		tried++
		return true
	})
	if err != nil || tried != 1 {
		t.Errorf("Read = %v, called %d times", err, tried)
	}
	mustWrite(t, c, "usable")
	if err := c.Flush(); err != nil {
		t.Error(err)
	}
	mustRead(t, peer, "usable")
}

// While SyscallConn's Write sends by itself, other writes wait.
func TestSyscallConnKeepsOthersOut(t *testing.T) {
	c, peer := tcpPair(t, coalesce.Config{Bytes: 8})
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Write(func(fd uintptr) bool {
		mustWrite(t, c, "later")
		if n, err := rawWrite(fd, []byte("first ")); n != 6 || err != nil {
			t.Errorf("raw write = %d, %v", n, err)
		}
		mustRead(t, peer, "first ")
		peer.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if n, err := peer.Read(make([]byte, 1)); !isTimeout(err) {
			t.Errorf("read %d, %v while Write was under way", n, err)
		}
		return true
	})
	if err != nil {
		t.Error(err)
	}
	peer.SetReadDeadline(time.Time{})
	mustRead(t, peer, "later")
}
