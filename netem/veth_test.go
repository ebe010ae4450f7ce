//go:build linux

package netem_test

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
)

func newVeth(t *testing.T, o netem.VethOptions) *netem.Link {
	t.Helper()
	link, err := netem.NewVeth(o)
	testenv.Need(t, "network namespaces and veth", err)
	t.Cleanup(func() { link.Close() })
	return link
}

// transfer sends n bytes from the server's end to the client's over TCP.
func transfer(t *testing.T, link *netem.Link, n int64) {
	t.Helper()
	var l net.Listener
	err := link.Server.Do(func() (err error) {
		l, err = net.Listen("tcp", netem.ServerAddr.String()+":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sent := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = io.CopyN(c, zeros{}, n)
			c.Close()
		}
		sent <- err
	}()
	var got int64
	err = link.Client.Do(func() error {
		c, err := net.DialTimeout("tcp", l.Addr().String(), 5*time.Second)
		if err != nil {
			return err
		}
		defer c.Close()
		got, err = io.Copy(io.Discard, c)
		return err
	})
	if err != nil || got != n {
		t.Fatalf("received %d of %d bytes: %v", got, n, err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestVethOffloads(t *testing.T) {
	const bytes = 8 << 20
	segments := uint64(bytes / 1448)
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("off=%v", off), func(t *testing.T) {
			link := newVeth(t, netem.VethOptions{NoOffloads: off})
			transfer(t, link, bytes)
			packets := receivedPackets(t, link)
			t.Logf("%d packets for %d segments", packets, segments)
			if off && packets < segments {
				t.Errorf("%d packets for %d segments: super-packets crossed", packets, segments)
			}
			if !off && packets > segments/2 {
				t.Errorf("%d packets for %d segments: offloads are off", packets, segments)
			}
		})
	}
}

func receivedPackets(t *testing.T, link *netem.Link) uint64 {
	t.Helper()
	var packets uint64
	cmd := exec.Command("cat", "/proc/net/dev")
	var out strings.Builder
	cmd.Stdout = &out
	if err := link.Client.Start(cmd); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "link0:"); ok {
			var bytes uint64
			if _, err := fmt.Sscan(rest, &bytes, &packets); err != nil {
				t.Fatal(err)
			}
		}
	}
	return packets
}

// A silent link carries nothing: no ARP, no router solicitations.
func TestVethIsSilent(t *testing.T) {
	link := newVeth(t, netem.VethOptions{})
	before := receivedPackets(t, link)
	if before != 0 {
		t.Errorf("%d packets on a link nobody used", before)
	}
}

func TestVethClientAddrs(t *testing.T) {
	link := newVeth(t, netem.VethOptions{ClientAddrs: 3})
	l := listen(t, link)
	for _, from := range []string{"198.18.0.2", "198.18.0.3", "198.18.0.4"} {
		err := link.Client.Do(func() error {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
			c, err := d.Dial("tcp", l.Addr().String())
			if err == nil {
				c.Close()
			}
			return err
		})
		if err != nil {
			t.Errorf("from %s: %v", from, err)
		}
	}
}

func listen(t *testing.T, link *netem.Link) net.Listener {
	t.Helper()
	var l net.Listener
	err := link.Server.Do(func() (err error) {
		l, err = net.Listen("tcp", netem.ServerAddr.String()+":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
