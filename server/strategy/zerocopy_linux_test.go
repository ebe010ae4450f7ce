package strategy_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/server/strategy"
)

func zerocopy(t *testing.T, p pair, buffer int) *driver {
	t.Helper()
	spec, err := strategy.Named("zerocopy")
	if err != nil {
		t.Fatal(err)
	}
	return drive(t, spec, p.writer, buffer)
}

func (d *driver) report() map[string]float64 { return d.strat.(strategy.Reporter).Report() }

// On loopback, over IPv4 as over a socket for both versions, and on veth the
// kernel copies after all, and says so for each send.
func TestZerocopySaysCopied(t *testing.T) {
	pairs := map[string]func() pair{
		"loopback":  func() pair { return newPair(t) },
		"dualstack": func() pair { return pairOn(t, ":0") },
		"veth":      func() pair { return over(t, newLink(t)) },
	}
	for name, connect := range pairs {
		t.Run(name, func(t *testing.T) {
			p := connect()
			hurry(t, p)
			drain(p.reader)
			d := zerocopy(t, p, 1024)
			for range 100 {
				d.must(make([]byte, 1000))
			}
			if err := d.finish(); err != nil {
				t.Fatal(err)
			}
			r := d.report()
			if n := float64(d.sink.Calls()); n != 100 || r["zerocopy_sends"] < n || r["zerocopy_completed"] != r["zerocopy_sends"] ||
				r["zerocopy_copied"] != r["zerocopy_sends"] || r["zerocopy_refused"] != 0 {
				t.Errorf("%v calls, %v", n, r)
			}
		})
	}
}

// More than the ring holds, past a reader that lets it fill.
func TestZerocopyRingTurns(t *testing.T) {
	for _, buffer := range []int{3000, 1 << 20} {
		p := newPair(t)
		hurry(t, p)
		forceSendBuffer(t, p.writer, 16<<20)
		d := zerocopy(t, p, buffer)
		var timed uint64
		d.sink.Observe = func(time.Duration) { timed++ }
		got := slowly(p.reader)
		want := make([]byte, 12<<20)
		for i := range want {
			want[i] = byte(i * i >> 7)
		}
		rng := rand.New(rand.NewPCG(3, 4))
		for rest := want; len(rest) > 0; {
			n := min(len(rest), 1+rng.IntN(20_000))
			if err := d.write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := errors.Join(d.finish(), p.writer.CloseWrite()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(<-got, want) {
			t.Error("memory was used again before the kernel let go of it")
		}
		if waits := timed - d.sink.Calls(); buffer == 1<<20 && waits == 0 {
			t.Error("the ring never filled: this test shows nothing")
		}
	}
}

// forceSendBuffer sets a send buffer larger than net.core.wmem_max allows, so
// that the ring is what limits the writer.
func forceSendBuffer(t *testing.T, conn *net.TCPConn, size int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var inner error
	err = raw.Control(func(fd uintptr) {
		inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, size)
	})
	if err != nil {
		t.Fatal(err)
	}
	testenv.Need(t, "SO_SNDBUFFORCE", inner)
}

// A kernel that may remember only a few sends makes it copy, not fail.
func TestZerocopyRefused(t *testing.T) {
	link := newLink(t)
	err := link.Server.Do(func() error {
		return os.WriteFile("/proc/sys/net/core/optmem_max", []byte("2048"), 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	p := over(t, link)
	d := zerocopy(t, p, 64<<10)
	got := slowly(p.reader)
	want := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	for i := 0; i < len(want); i += 64 << 10 {
		d.must(want[i : i+64<<10])
	}
	if err := errors.Join(d.finish(), p.writer.CloseWrite()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(<-got, want) {
		t.Error("bytes were lost or changed")
	}
	if r := d.report(); r["zerocopy_refused"] == 0 || r["zerocopy_completed"] != r["zerocopy_sends"] {
		t.Errorf("%v", r)
	}
}

func TestZerocopyClose(t *testing.T) {
	p := newPair(t)
	d := zerocopy(t, p, 4096)
	if err := d.write([]byte("tail")); err != nil {
		t.Fatal(err)
	}
	if err := d.finish(); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(p.reader, got); err != nil || string(got) != "tail" {
		t.Errorf("Close did not flush: %q, %v", got, err)
	}
	if err := d.write([]byte("more")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write after Close: %v, want %v", err, net.ErrClosed)
	}
	if err := d.strat.(io.Closer).Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// With a reader that takes nothing, Close gives up at the write deadline.
func TestZerocopyCloseDeadline(t *testing.T) {
	p := over(t, newLink(t))
	d := zerocopy(t, p, 64<<10)
	if err := p.writer.SetWriteBuffer(1 << 20); err != nil {
		t.Fatal(err)
	}
	for range 4 { // fits the send buffer, but not the reader's
		if err := d.write(make([]byte, 64<<10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.writer.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := d.finish(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a deadline error", err)
	}
}
