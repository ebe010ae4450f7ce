package coalesce_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushbench/pushbench/server/coalesce"
)

// TestCauses checks when bytes leave and what made them, in bubble time.
func TestCauses(t *testing.T) {
	hold := coalesce.Config{Bytes: 16, Window: 5 * time.Millisecond, Hold: true}
	tests := []struct {
		name   string
		cfg    coalesce.Config
		writes []string
		then   func(*coalesce.Conn)
		after  time.Duration
		cause  coalesce.Cause
		calls  int64
	}{
		{name: "idle", writes: []string{"a", "b"}, cause: coalesce.ByIdle, calls: 1},
		{name: "window", cfg: hold, writes: []string{"a", "b"}, after: 5 * time.Millisecond, cause: coalesce.ByWindow, calls: 1},
		{name: "exactly full", cfg: hold, writes: []string{"12345678", "1234567", "x"}, cause: coalesce.ByBytes, calls: 1},
		{name: "more than full", cfg: hold, writes: []string{"12345678", "1234567", "abc"}, cause: coalesce.ByBytes, calls: 1},
		{name: "large after small", cfg: hold, writes: []string{"ab", strings.Repeat("x", 100)}, cause: coalesce.ByBytes, calls: 2},
		{name: "large alone", cfg: hold, writes: []string{strings.Repeat("x", 100)}, cause: coalesce.ByBytes, calls: 1},
		{name: "read", cfg: hold, writes: []string{"a"}, then: func(c *coalesce.Conn) { c.Read(make([]byte, 1)) }, cause: coalesce.ByRead, calls: 1},
		{name: "flush", cfg: hold, writes: []string{"a"}, then: func(c *coalesce.Conn) { c.Flush() }, cause: coalesce.ByFlush, calls: 1},
		{name: "close", cfg: hold, writes: []string{"a"}, then: func(c *coalesce.Conn) { c.Close() }, cause: coalesce.ByClose, calls: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := pipe(t, tt.cfg)
				want := strings.Join(tt.writes, "")
				start := time.Now()
				go func() {
					for _, s := range tt.writes {
						c.Write([]byte(s))
					}
					if tt.then != nil {
						tt.then(c)
					}
				}()
				mustRead(t, peer, want)
				if d := time.Since(start); d != tt.after {
					t.Errorf("bytes left after %v, want %v", d, tt.after)
				}
				synctest.Wait()
				s := c.Stats()
				if s.Flushes[tt.cause] != 1 || s.Calls != tt.calls || s.Bytes != int64(len(want)) || s.Writes != int64(len(tt.writes)) {
					t.Errorf("%+v; want %d calls, one flush by %v", s, tt.calls, tt.cause)
				}
			})
		})
	}
}

// A Read that already waits, as net/http's background read does, must not keep
// later writes from leaving.
func TestWriteDuringRead(t *testing.T) {
	for _, hold := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := pipe(t, coalesce.Config{Hold: hold})
			go c.Read(make([]byte, 1))
			synctest.Wait()
			mustWrite(t, c, "late")
			mustRead(t, peer, "late")
		})
	}
}

// Two peers that write before they read, more than the connection holds.
func TestReadDoesNotWaitForWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		ends := []*coalesce.Conn{coalesce.New(a, coalesce.Config{}), coalesce.New(b, coalesce.Config{})}
		var wg sync.WaitGroup
		for _, c := range ends {
			wg.Go(func() {
				got := make([]byte, 5)
				_, werr := c.Write([]byte("hello"))
				_, rerr := io.ReadFull(c, got)
				if werr != nil || rerr != nil || string(got) != "hello" {
					t.Errorf("Write: %v; Read: %q, %v", werr, got, rerr)
				}
			})
		}
		wg.Wait()
		for _, c := range ends {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// While a write call is under way, what gathers leaves in the next one.
func TestGathersDuringSend(t *testing.T) {
	for _, hold := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := pipe(t, coalesce.Config{Hold: hold})
			mustWrite(t, c, "first")
			time.Sleep(coalesce.DefaultWindow)
			synctest.Wait() // the flusher is in its call: nobody reads yet
			for range 100 {
				mustWrite(t, c, "x")
			}
			mustRead(t, peer, "first"+strings.Repeat("x", 100))
			synctest.Wait()
			if s := c.Stats(); s.Calls != 2 {
				t.Errorf("%d calls, want 2", s.Calls)
			}
		})
	}
}

// failing is a connection whose write calls fail from the nth on.
type failing struct {
	net.Conn
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return len(p) / 2, f.err
	}
	return len(p), nil
}

func TestFirstErrorStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		boom := errors.New("boom")
		below, peer := net.Pipe()
		defer peer.Close()
		f := &failing{Conn: below, left: 1, err: boom}
		c := coalesce.New(f, coalesce.Config{Bytes: 8})
		mustWrite(t, c, "ok")
		synctest.Wait()
		mustWrite(t, c, "lost") // accepted; the flusher finds the error
		synctest.Wait()
		f.left = 100
		if n, err := c.Write([]byte("x")); n != 0 || !errors.Is(err, boom) {
			t.Errorf("Write = %d, %v; want 0, boom", n, err)
		}
		for name, call := range map[string]func() error{
			"Flush": c.Flush,
			"ReadFrom": func() error {
				_, err := c.ReadFrom(strings.NewReader("x"))
				return err
			},
		} {
			if err := call(); !errors.Is(err, boom) {
				t.Errorf("%s = %v, want boom", name, err)
			}
		}
		if err := c.Close(); !errors.Is(err, boom) {
			t.Errorf("Close = %v, want boom", err)
		}
	})
}

// A Write that fails says how much of its own bytes was sent.
func TestPartialWrite(t *testing.T) {
	below, peer := net.Pipe()
	defer peer.Close()
	c := coalesce.New(&failing{Conn: below, err: io.ErrClosedPipe}, coalesce.Config{Bytes: 8})
	defer c.Close()
	if n, err := c.Write(make([]byte, 100)); n != 50 || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write = %d, %v; want 50, io.ErrClosedPipe", n, err)
	}
}
