package offset

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/internal/clock"
)

// skewed is a clock that is ahead by offset now, and by drift more with time.
func skewed(offset int64, drift float64) func() int64 {
	start := clock.Now()
	return func() int64 {
		now := clock.Now()
		return now + offset + int64(float64(now-start)*drift)
	}
}

func TestFollowOverTCP(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const offset, drift = 3600e9, 100e-6
	remote := skewed(offset, drift)
	served := make(chan error)
	go func() { served <- ServeAll(l, Clocks{Monotonic: remote, Wall: func() int64 { return 0 }}) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err = (&Client{Conn: conn, Kind: Monotonic}).Follow(ctx, func(e Estimate) {
		// Both clocks are this process's: what the estimate says can be held
		// against them at once. The readings are some time apart.
		before := clock.Now()
		theirs := remote()
		after := clock.Now()
		local, bound := e.Local(theirs)
		if local < before-bound || local > after+bound {
			t.Errorf("%d came out, outside [%d, %d] by more than %d: %+v", local, before, after, bound, e)
		}
		if n++; n == 3 {
			cancel()
		}
	})
	if err != nil || n != 3 {
		t.Errorf("%d estimates, %v", n, err)
	}
	l.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// Time is simulated: the way has delays, and no second passes.
func TestFollowInSimulatedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		start := time.Now()
		local := func() int64 { return int64(time.Since(start)) }
		const ahead, drift = 5e12, 200e-6
		remote := func() int64 { return local() + ahead + int64(float64(local())*drift) }
		go func() { _ = Serve(slow{far, 30 * time.Millisecond}, Clocks{Monotonic: remote}) }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var last Estimate
		err := (&Client{Conn: slow{near, 10 * time.Millisecond}, Kind: Monotonic, Now: local}).Follow(ctx, func(e Estimate) {
			last = e
			got := e.Offset
			if want := remote() - local(); max(got-want, want-got) > e.BoundAt(local()) {
				t.Errorf("offset %d, want %d, bound %d", got, want, e.BoundAt(local()))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if last.MinRTT != 40*time.Millisecond || last.Bound < int64(19*time.Millisecond) || last.Bound > int64(21*time.Millisecond) {
			t.Errorf("round trip %v, bound %v; want 40 ms and half of it", last.MinRTT, time.Duration(last.Bound))
		}
	})
}

// slow delays what it sends.
type slow struct {
	net.Conn
	by time.Duration
}

func (s slow) Write(b []byte) (int, error) {
	time.Sleep(s.by)
	return s.Conn.Write(b)
}

func TestServeRefuses(t *testing.T) {
	for _, request := range []string{"GET / HTTP/1.1\r\n", "pushclkx12345678", "pushclk"} {
		near, far := net.Pipe()
		var w sync.WaitGroup
		var err error
		w.Go(func() { err = Serve(far, Host) })
		_, _ = io.WriteString(near, request) // it may be refused before it is read to its end
		near.Close()
		if w.Wait(); err == nil {
			t.Errorf("%q was served", request)
		}
	}
}

// A service that is no responder, or one whose clock runs backwards, is told.
func TestExchangeRefuses(t *testing.T) {
	for name, answer := range map[string]string{
		"short": "no", "no echo": "123456789012345678901234",
	} {
		near, far := net.Pipe()
		go func() {
			_, _ = io.ReadFull(far, make([]byte, requestSize))
			_, _ = io.WriteString(far, answer)
			far.Close()
		}()
		if _, err := (&Client{Conn: near, Kind: Wall}).Exchange(); err == nil {
			t.Errorf("%s: taken", name)
		}
		near.Close()
	}
	near, far := net.Pipe()
	times := []int64{10, 5}
	go func() {
		_ = Serve(far, Clocks{Wall: func() int64 { v := times[0]; times = times[1:]; return v }})
	}()
	if _, err := (&Client{Conn: near, Kind: Wall}).Exchange(); err == nil {
		t.Error("a clock that runs backwards was taken")
	}
	near.Close()
}

func FuzzServe(f *testing.F) {
	f.Add([]byte("pushclkm12345678pushclkw12345678"))
	f.Add([]byte("pushclk"))
	f.Add([]byte("xushclkm12345678"))
	f.Fuzz(func(t *testing.T, b []byte) {
		near, far := net.Pipe()
		done := make(chan error, 1)
		go func() { done <- Serve(far, Host) }()
		go func() { _, _ = io.Copy(io.Discard, near) }()
		_, err := near.Write(b)
		near.Close()
		if served := <-done; served == nil && err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%v, and it served to the end", err)
		}
	})
}
