package verify

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/ns"
)

// A prober sends plans between UDP sockets at the ends of a link. Both are this
// process's, so one clock serves both ways, and the kernel stamps each arrival:
// how soon a thread here wakes up does not matter.
type prober struct {
	ends [2]*net.UDPConn // server, client: the senders of the ways down and up
	runs uint32          // tells the packets of one run from stragglers of another
}

const port = 9

func newProber(link *netem.Link) (*prober, error) {
	p := &prober{}
	for i, e := range []struct {
		ns   *ns.Namespace
		addr netip.Addr
	}{{link.Server, netem.ServerAddr}, {link.Client, netem.ClientAddr}} {
		conn, err := listen(e.ns, netip.AddrPortFrom(e.addr, port))
		if err != nil {
			p.close()
			return nil, err
		}
		p.ends[i] = conn
	}
	return p, nil
}

func (p *prober) close() {
	for _, c := range p.ends {
		if c != nil {
			c.Close()
		}
	}
}

// listen opens a socket in a namespace, with arrival times and a large buffer.
func listen(n *ns.Namespace, addr netip.AddrPort) (conn *net.UDPConn, err error) {
	err = n.Do(func() error {
		conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(addr))
		return err
	})
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	const buffer = 64 << 20
	var set error
	err = raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil {
			// Without the right to exceed net.core.rmem_max, as much as it allows.
			set = errors.Join(set, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, buffer))
		}
	})
	if err = errors.Join(err, set); err != nil {
		conn.Close()
		return nil, fmt.Errorf("prepare a probe's socket: %w", err)
	}
	return conn, nil
}

// slack is how long a run waits for stragglers beyond when they are expected.
const slack = 300 * time.Millisecond

// run sends both plans at once and returns what arrived of each. expected tells
// how long to wait for the last of them.
func (p *prober) run(ctx context.Context, plans [2]plan, expected [2][]arrival) (seen [2][]arrival, err error) {
	p.runs++
	begin := time.Now()
	var wait sync.WaitGroup
	var errs [4]error
	for d, plan := range plans {
		if len(plan.times) == 0 {
			continue
		}
		from, to := p.ends[d], p.ends[1-d]
		if err := to.SetReadDeadline(time.Time{}); err != nil {
			return seen, err
		}
		wait.Go(func() { seen[d], errs[d] = p.receive(to, begin) })
		wait.Go(func() {
			errs[2+d] = p.send(ctx, from, to.LocalAddr().(*net.UDPAddr).AddrPort(), plan, begin)
			last := plan.times[len(plan.times)-1]
			behind := time.Since(begin) - last
			if n := len(expected[d]); n > 0 {
				last = max(last, expected[d][n-1].at)
			}
			_ = to.SetReadDeadline(begin.Add(last + behind + slack))
		})
	}
	wait.Wait()
	return seen, errors.Join(append(errs[:], ctx.Err())...)
}

// maxTrain is how many packets one system call sends at most. The kernel takes
// them apart again (UDP_SEGMENT) before they enter the link.
const maxTrain = 32

// send writes the packets of a plan when they are due. One that is behind sends
// what is due at once, but no more than a train: then the rest is put off.
func (p *prober) send(ctx context.Context, from *net.UDPConn, to netip.AddrPort, plan plan, begin time.Time) error {
	payload := plan.size - headers
	if err := segment(from, payload); err != nil {
		return err
	}
	b := make([]byte, maxTrain*payload)
	for seq := 0; seq < len(plan.times) && ctx.Err() == nil; {
		if ahead := plan.times[seq] - time.Since(begin); ahead > 0 {
			time.Sleep(ahead)
		}
		now, n := time.Now(), 0
		for n < maxTrain && seq < len(plan.times) && plan.times[seq] <= now.Sub(begin) {
			stamp(b[n*payload:], p.runs, seq, now)
			n, seq = n+1, seq+1
		}
		if n == 0 {
			continue
		}
		if _, err := from.WriteToUDPAddrPort(b[:n*payload], to); err != nil && !errors.Is(err, unix.ENOBUFS) {
			return fmt.Errorf("send a probe: %w", err)
		}
		if seq < len(plan.times) && n == maxTrain {
			begin = begin.Add(max(0, time.Since(begin)-plan.times[seq]))
		}
	}
	return nil
}

// segment makes the kernel cut what is sent into packets of size bytes.
func segment(conn *net.UDPConn, size int) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, size)
	})
	if err = errors.Join(err, set); err != nil {
		return fmt.Errorf("prepare a probe's socket (UDP_SEGMENT, Linux 4.18): %w", err)
	}
	return nil
}

// stamp writes run, sequence number and time of sending.
func stamp(b []byte, run uint32, seq int, now time.Time) {
	binary.NativeEndian.PutUint32(b, run)
	binary.NativeEndian.PutUint32(b[4:], uint32(seq))
	binary.NativeEndian.PutUint64(b[8:], uint64(now.UnixNano()))
}

// receive collects the arrivals of a run until the deadline.
func (p *prober) receive(conn *net.UDPConn, begin time.Time) ([]arrival, error) {
	var all []arrival
	batch := make([]ipv4.Message, 64)
	for i := range batch {
		batch[i].Buffers, batch[i].OOB = [][]byte{make([]byte, largest)}, make([]byte, 64)
	}
	in := ipv4.NewPacketConn(conn)
	for {
		n, err := in.ReadBatch(batch, 0)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return sorted(all), nil
		}
		if err != nil {
			return nil, fmt.Errorf("receive a probe: %w", err)
		}
		for _, m := range batch[:n] {
			b := m.Buffers[0]
			if m.N < stampBytes || binary.NativeEndian.Uint32(b) != p.runs {
				continue
			}
			at := arrivedAt(m.OOB[:m.NN])
			sent := time.Unix(0, int64(binary.NativeEndian.Uint64(b[8:])))
			all = append(all, arrival{
				seq: int(binary.NativeEndian.Uint32(b[4:])),
				// begin without its monotonic reading: the stamps have none.
				at:   at.Sub(begin.Round(0)),
				took: at.Sub(sent),
			})
		}
	}
}

// arrivedAt reads the kernel's stamp.
func arrivedAt(oob []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(oob)
	for _, m := range messages {
		if err == nil && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Now()
}
