package coalesce_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushbench/pushbench/server/coalesce"
)

// Close with a peer that has stopped reading.
func TestCloseLingers(t *testing.T) {
	const linger = 3 * time.Second
	tests := []struct {
		name    string
		hold    bool
		stopped time.Duration // how long the peer has taken nothing at Close
		linger  time.Duration
		waits   time.Duration
	}{
		{"just sent", false, 0, linger, linger},
		{"still buffered", true, 0, linger, linger},
		{"stopped a while", false, time.Second, linger, 2 * time.Second},
		{"stopped long ago", false, time.Hour, linger, 0},
		{"default", false, 0, 0, coalesce.DefaultLinger},
		{"none", false, 0, -1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := pipe(t, coalesce.Config{Hold: tt.hold, Window: 24 * time.Hour, Linger: tt.linger})
				read := make(chan error, 1)
				if !tt.hold { // Read would send what is held
					go func() {
						_, err := c.Read(make([]byte, 1))
						read <- err
					}()
				}
				mustWrite(t, c, "nobody reads this")
				synctest.Wait()
				time.Sleep(tt.stopped)
				start := time.Now()
				if err := c.Close(); !isTimeout(err) {
					t.Errorf("Close = %v, want a timeout", err)
				}
				if d := time.Since(start); d != tt.waits {
					t.Errorf("Close waited %v, want %v", d, tt.waits)
				}
				if !tt.hold {
					if err := <-read; !errors.Is(err, net.ErrClosed) {
						t.Errorf("Read = %v, want net.ErrClosed", err)
					}
				}
				if n, err := peer.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("the connection below is open: read %d, %v", n, err)
				}
			})
		})
	}
}

// Writers that wait for their turn do not wait for the peer once it is closed.
func TestCloseWakesWriters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pipe(t, coalesce.Config{Bytes: 8})
		start := time.Now()
		errs := make(chan error, 2)
		write := func() {
			_, err := c.Write(make([]byte, 100))
			errs <- err
		}
		go write() // in its call below
		synctest.Wait()
		go write() // waits for its turn
		synctest.Wait()
		go c.Close()
		if err := <-errs; !errors.Is(err, net.ErrClosed) || time.Since(start) != 0 {
			t.Errorf("Write = %v after %v, want net.ErrClosed at once", err, time.Since(start))
		}
		if err := <-errs; !isTimeout(err) || time.Since(start) != coalesce.DefaultLinger {
			t.Errorf("Write = %v after %v, want a timeout after the linger", err, time.Since(start))
		}
	})
}

func TestAfterClose(t *testing.T) {
	c, _ := tcpPair(t, coalesce.Config{})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Write(func(uintptr) bool { return true })
	}
	_, rerr := c.Read(make([]byte, 1))
	_, werr := c.Write([]byte("x"))
	_, ferr := c.ReadFrom(strings.NewReader("x"))
	for name, err := range map[string]error{
		"SyscallConn": err, "Read": rerr, "Write": werr, "ReadFrom": ferr, "Flush": c.Flush(), "Close": c.Close(),
		"CloseWrite": c.CloseWrite(), "SetDeadline": c.SetDeadline(time.Time{}), "SetWriteDeadline": c.SetWriteDeadline(time.Time{}),
	} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s = %v, want net.ErrClosed", name, err)
		}
	}
}

func TestCloseWrite(t *testing.T) {
	c, peer := tcpPair(t, coalesce.Config{Hold: true, Window: time.Hour})
	mustWrite(t, c, "question")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(peer); err != nil || string(got) != "question" {
		t.Fatalf("peer got %q, %v", got, err)
	}
	mustWrite(t, peer, "answer")
	mustRead(t, c, "answer")
	if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Write = %v, want EPIPE", err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Errorf("second CloseWrite = %v", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}

func TestNotSupportedBelow(t *testing.T) {
	c, peer := pipe(t, coalesce.Config{})
	_, err := c.SyscallConn()
	for name, err := range map[string]error{"CloseWrite": c.CloseWrite(), "SyscallConn": err} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s = %v, want errors.ErrUnsupported", name, err)
		}
	}
	mustWrite(t, c, "still usable")
	mustRead(t, peer, "still usable")
}
