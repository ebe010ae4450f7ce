package server

import (
	"io"
	"math"
	"net"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// saturated returns both ends of a connection over the link, with a writer that
// always has something to write into a send buffer of 16 KiB.
func saturated(t *testing.T, link *netem.Link) (writer, reader *net.TCPConn) {
	t.Helper()
	var l net.Listener
	var c net.Conn
	listen := func() (err error) { l, err = net.Listen("tcp", netem.ServerAddr.String()+":0"); return err }
	dial := func() (err error) { c, err = net.Dial("tcp", l.Addr().String()); return err }
	for _, step := range []func() error{
		func() error { return link.Server.Do(listen) },
		func() error { return link.Client.Do(dial) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	defer l.Close()
	reader = c.(*net.TCPConn)
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	writer = s.(*net.TCPConn)
	if err := (sockets{nodelay: true, sndbuf: 16 << 10, congestion: "reno"}).apply(writer); err != nil {
		t.Fatal(err)
	}
	go func() {
		b := make([]byte, 4096)
		for err := error(nil); err == nil; _, err = writer.Write(b) {
			continue
		}
	}()
	t.Cleanup(func() { writer.Close(); reader.Close(); link.Close() })
	return writer, reader
}

// grew returns by how much time grows in TCP_INFO during f.
func grew(t *testing.T, c *net.TCPConn, f func()) (rwnd, sndbuf, took float64) {
	t.Helper()
	before, ok := readTCPInfo(c)
	began := time.Now()
	f()
	took = time.Since(began).Seconds()
	after, ok2 := readTCPInfo(c)
	if !ok || !ok2 {
		t.Fatal("no TCP_INFO")
	}
	d := after.Sub(before)
	return d.RwndLimited, d.SndbufLimit, took
}

func within(got, want, share float64) bool { return math.Abs(got-want) <= share*want }

// A reader that stops for 200 ms closes its window: the kernel counts that time
// as limited by the receive window, not by the send buffer.
func TestStoppedReaderIsCounted(t *testing.T) {
	link, err := netem.NewVeth(netem.VethOptions{})
	testenv.Need(t, "veth", err)
	writer, reader := saturated(t, link)
	if err := reader.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, reader, 1<<20); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // until the window is full
	rwnd, sndbuf, took := grew(t, writer, func() { time.Sleep(200 * time.Millisecond) })
	t.Logf("stopped for %.0f ms: rwnd_limited grew by %.0f ms, sndbuf_limited by %.0f ms", 1e3*took, 1e3*rwnd, 1e3*sndbuf)
	if !within(rwnd, took, 0.1) || sndbuf > 0.01 {
		t.Errorf("rwnd_limited grew by %v s, sndbuf_limited by %v s in %v s", rwnd, sndbuf, took)
	}
}

// A far end that answers after 200 ms leaves the send buffer full in between.
// The kernel counts a part of that time as limited by the send buffer: it begins
// to count when it sends while the writer waits already, not when the writer
// begins to wait. None of it counts as limited by the reader.
func TestFullSendBufferIsCounted(t *testing.T) {
	far := &profile.Profile{Name: "far", Down: profile.Shape{Delay: 100 * time.Millisecond}, Up: profile.Shape{Delay: 100 * time.Millisecond}}
	link, err := netem.Open(far, netem.Options{Backend: netem.User})
	testenv.Need(t, "TUN", err)
	writer, reader := saturated(t, link)
	go io.Copy(io.Discard, reader)
	time.Sleep(time.Second) // past slow start
	rwnd, sndbuf, took := grew(t, writer, func() { time.Sleep(time.Second) })
	t.Logf("in %.0f ms: sndbuf_limited grew by %.0f ms, rwnd_limited by %.0f ms", 1e3*took, 1e3*sndbuf, 1e3*rwnd)
	if sndbuf < 0.1*took || sndbuf > 1.1*took || rwnd > 0.01 {
		t.Errorf("sndbuf_limited grew by %v s, rwnd_limited by %v s in %v s", sndbuf, rwnd, took)
	}
}
