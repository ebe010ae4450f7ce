package strategy_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/testenv"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/server/strategy"
)

// What a strategy writes is judged by the segments on the wire: as the other end
// of a veth pair captures them, and as TCP_INFO counts them.

func newLink(t *testing.T) *netem.Link {
	t.Helper()
	link, err := netem.NewVeth(netem.VethOptions{})
	testenv.Need(t, "network namespaces and veth", err)
	t.Cleanup(func() { link.Close() })
	return link
}

// over connects the ends of a link; the server writes.
func over(t *testing.T, link *netem.Link) (p pair) {
	t.Helper()
	var l net.Listener
	err := link.Server.Do(func() (err error) {
		l, err = net.Listen("tcp4", netem.ServerAddr.String()+":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = link.Client.Do(func() error {
		c, err := net.DialTimeout("tcp4", l.Addr().String(), 5*time.Second)
		if err == nil {
			p.reader = c.(*net.TCPConn)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.reader.Close() })
	w, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	p.writer = w.(*net.TCPConn)
	hurry(t, p)
	return p
}

// A capture is a packet socket at the client's end. Packets pass it before TCP
// sees them: what was read was captured.
type capture int

func newCapture(t *testing.T, link *netem.Link) capture {
	t.Helper()
	fd := -1
	err := link.Client.Do(func() (err error) {
		protocol := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_IP))
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(protocol))
		return err
	})
	testenv.Need(t, "packet sockets", err)
	t.Cleanup(func() { unix.Close(fd) })
	return capture(fd)
}

// payloads returns the payload lengths of the segments with payload that came
// from the server to the port since the last call.
func (c capture) payloads(t *testing.T, port int) (lengths []int) {
	t.Helper()
	packet := make([]byte, 64<<10)
	for {
		n, _, err := unix.Recvfrom(int(c), packet, 0)
		if errors.Is(err, unix.EAGAIN) {
			return lengths
		}
		if err != nil {
			t.Fatal(err)
		}
		ip := packet[:n]
		tcp := ip[int(ip[0]&15)*4:]
		if ip[9] != unix.IPPROTO_TCP || int(binary.BigEndian.Uint16(tcp[2:])) != port {
			continue
		}
		headers := len(ip) - len(tcp) + int(tcp[12]>>4)*4
		if length := int(binary.BigEndian.Uint16(ip[2:])) - headers; length > 0 {
			lengths = append(lengths, length)
		}
	}
}

// sent reads what TCP_INFO says was sent: segments with payload and its bytes.
func sent(t *testing.T, conn *net.TCPConn) (segments, bytes int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var info *unix.TCPInfo
	var inner error
	err = raw.Control(func(fd uintptr) {
		info, inner = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	})
	if err = errors.Join(err, inner); err != nil {
		t.Fatal(err)
	}
	return int(info.Data_segs_out), int(info.Bytes_sent)
}

func TestSegments(t *testing.T) {
	link := newLink(t)
	each(t, func(t *testing.T, spec strategy.Spec) {
		p := over(t, link)
		wire := newCapture(t, link)
		d := drive(t, spec, p.writer, 4096)
		_, holds := d.strat.(strategy.Flusher)
		read := func(n int) {
			t.Helper()
			if _, err := io.ReadFull(p.reader, make([]byte, n)); err != nil {
				t.Fatal(err)
			}
		}
		check := func(what string, want ...int) {
			t.Helper()
			if got := wire.payloads(t, p.reader.LocalAddr().(*net.TCPAddr).Port); !slices.Equal(got, want) {
				t.Errorf("%s: captured segments of %v bytes, want %v", what, got, want)
			}
		}
		a, b := make([]byte, 40), make([]byte, 40)

		// One after the other has arrived: by NODELAY, which Go sets, one each.
		d.must(a)
		read(40)
		d.must(b)
		read(40)
		check("spaced", 40, 40)
		if segments, bytes := sent(t, p.writer); segments != 2 || bytes != 80 {
			t.Errorf("spaced: TCP_INFO has %d segments, %d bytes; want 2 and 80", segments, bytes)
		}
		if !holds && !spec.Gathers {
			return
		}
		// Together they are one.
		d.must(a, b)
		read(80)
		check("together", 80)
		if segments, bytes := sent(t, p.writer); segments != 3 || bytes != 160 {
			t.Errorf("together: TCP_INFO has %d segments, %d bytes; want 3 and 160", segments, bytes)
		}
		if err := d.finish(); err != nil {
			t.Error(err)
		}
	})
}

// The kernel lets nobody hold a segment back for long: what is corked and never
// flushed arrives all the same.
func TestCorkCeiling(t *testing.T) {
	p := over(t, newLink(t))
	spec, err := strategy.Named("cork")
	if err != nil {
		t.Fatal(err)
	}
	d := drive(t, spec, p.writer, 4096)
	if err := d.write(make([]byte, 40)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(p.reader, make([]byte, 40)); err != nil {
		t.Fatal(err)
	}
	if n := d.strat.(strategy.Flusher).Buffered(); n != 40 {
		t.Errorf("%d bytes are held, want 40: the strategy did not flush", n)
	}
}
