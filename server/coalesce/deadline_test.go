package coalesce_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushbench/pushbench/server/coalesce"
)

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) && errors.As(err, &ne) && ne.Timeout()
}

// The deadline passes inside the flusher's call: the next call of the owner's
// says so, and a later deadline does not mend the stream.
func TestDeadlineInFlusher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pipe(t, coalesce.Config{})
		c.SetWriteDeadline(time.Now().Add(time.Second))
		mustWrite(t, c, "nobody reads this")
		time.Sleep(2 * time.Second)
		c.SetWriteDeadline(time.Time{})
		if err := c.Flush(); !isTimeout(err) {
			t.Errorf("Flush = %v, want a timeout", err)
		}
		if _, err := c.Write([]byte("x")); !isTimeout(err) {
			t.Errorf("Write = %v, want a timeout", err)
		}
		if err := c.Close(); !isTimeout(err) {
			t.Errorf("Close = %v, want a timeout", err)
		}
	})
}

// A Write that is refused whole has broken nothing.
func TestDeadlineRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := pipe(t, coalesce.Config{})
		c.SetDeadline(time.Now())
		if n, err := c.Write([]byte("x")); n != 0 || !isTimeout(err) {
			t.Errorf("Write = %d, %v; want 0 and a timeout", n, err)
		}
		if _, err := c.Read(make([]byte, 1)); !isTimeout(err) {
			t.Errorf("Read = %v, want a timeout", err)
		}
		c.SetDeadline(time.Time{})
		mustWrite(t, c, "y")
		mustRead(t, peer, "y")
	})
}

// Owners that wait, for the peer or for their turn, wait no longer than the
// deadline, whether it was set before or is set meanwhile.
func TestDeadlineStopsWaiting(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := pipe(t, coalesce.Config{Bytes: 8})
			if early {
				c.SetWriteDeadline(time.Now().Add(time.Second))
			}
			errs := make(chan error, 3)
			for range 3 {
				go func() {
					_, err := c.Write(make([]byte, 100))
					errs <- err
				}()
			}
			synctest.Wait()
			if !early {
				time.Sleep(time.Second)
				c.SetWriteDeadline(time.Unix(1, 0))
			}
			start := time.Now()
			for range 3 {
				if err := <-errs; !isTimeout(err) {
					t.Errorf("Write = %v, want a timeout", err)
				}
			}
			if d := time.Since(start); early && d != time.Second || !early && d != 0 {
				t.Errorf("waited %v", d)
			}
		})
	}
}

// crypto/tls closes so: alert, a deadline already past, Close.
func TestPastDeadlineSparesAccepted(t *testing.T) {
	for _, hold := range []bool{false, true} {
		for _, inCall := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				c, peer := pipe(t, coalesce.Config{Hold: hold})
				mustWrite(t, c, "last words")
				if inCall {
					time.Sleep(time.Second)
				}
				c.SetWriteDeadline(time.Now())
				if _, err := c.Write([]byte("x")); !isTimeout(err) {
					t.Errorf("Write = %v, want a timeout", err)
				}
				closed := make(chan error)
				go func() { closed <- c.Close() }()
				time.Sleep(time.Second)
				if got, err := io.ReadAll(peer); err != nil || string(got) != "last words" {
					t.Errorf("peer got %q, %v", got, err)
				}
				if err := <-closed; err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Held bytes leave before their deadline although the window is longer.
func TestHoldLeavesBeforeDeadline(t *testing.T) {
	for _, after := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := pipe(t, coalesce.Config{Hold: true, Window: time.Hour})
			if after {
				mustWrite(t, c, "a")
			}
			c.SetWriteDeadline(time.Now().Add(time.Minute))
			if !after {
				mustWrite(t, c, "a")
			}
			start := time.Now()
			mustRead(t, peer, "a")
			if d := time.Since(start); d != 30*time.Second {
				t.Errorf("left after %v, want half of the minute", d)
			}
		})
	}
}
