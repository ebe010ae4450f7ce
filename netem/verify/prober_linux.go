package verify

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/ns"
)

// A prober sends plans between UDP sockets at the ends of a link. Both are this
// process's, so one clock serves both ways, and the kernel stamps each arrival:
// how soon a thread here wakes up does not matter.
type prober struct {
	socks [2]int        // server, client: the senders of the ways down and up
	runs  uint32        // tells the packets of one run from stragglers of another
	train int           // packets that one system call may send
	look  time.Duration // how often receivers look for arrivals
}

// How often receivers look: a buffer that holds a whole flood can wait, and on a
// slow machine each look delays the very packets that are timed.
const (
	lookOften  = time.Millisecond
	lookSeldom = 25 * time.Millisecond
	wideBuffer = 64 << 20
)

const port = 9

func newProber(link *netem.Link) (*prober, error) {
	p := &prober{socks: [2]int{-1, -1}}
	ends := [2]struct {
		ns   *ns.Namespace
		addr netip.Addr
	}{{link.Server, netem.ServerAddr}, {link.Client, netem.ClientAddr}}
	for i, e := range ends {
		err := e.ns.Do(func() (err error) {
			p.socks[i], err = open(e.addr, ends[1-i].addr)
			return err
		})
		if err != nil {
			p.close()
			return nil, fmt.Errorf("prepare a probe's socket: %w", err)
		}
	}
	p.look = lookSeldom
	for _, fd := range p.socks {
		if n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF); err != nil || n < wideBuffer {
			p.look = lookOften
		}
		var err error
		if p.train, err = trains(fd); err != nil {
			p.close()
			return nil, fmt.Errorf("send a first probe: %w", err)
		}
	}
	return p, nil
}

func (p *prober) close() {
	for _, fd := range p.socks {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// open makes a socket that stamps arrivals and has a large buffer.
func open(local, peer netip.Addr) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Port: port, Addr: local.As4()}),
		unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: peer.As4()}),
	)
	const buffer = 256 << 20
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil {
		// Without the right to exceed net.core.rmem_max, as much as it allows.
		err = errors.Join(err, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// slack is how long a run waits for stragglers beyond when they are expected.
const slack = 300 * time.Millisecond

// run sends both plans at once and returns what arrived of each. expected tells
// how long to wait for the last of them. The times of floods become those at which
// packets were really sent: a machine that stops for a millisecond in between has
// let a short queue run dry, which is not the link's doing.
func (p *prober) run(ctx context.Context, plans [2]plan, expected [2][]arrival) (seen [2][]arrival, err error) {
	p.runs++
	begin := time.Now()
	var wait sync.WaitGroup
	var errs [4]error
	for d, plan := range plans {
		if len(plan.times) == 0 {
			continue
		}
		until := make(chan time.Time, 1)
		wait.Go(func() { seen[d], errs[d] = p.receive(p.socks[1-d], begin, until) })
		wait.Go(func() {
			errs[2+d] = p.send(ctx, p.socks[d], plan, begin)
			last := plan.times[len(plan.times)-1]
			behind := time.Since(begin) - last
			if n := len(expected[d]); n > 0 {
				last = max(last, expected[d][n-1].at)
			}
			until <- begin.Add(last + behind + slack)
		})
	}
	wait.Wait()
	return seen, errors.Join(append(errs[:], ctx.Err())...)
}

// maxTrain is how many packets one system call sends at most. The kernel takes
// them apart again (UDP_SEGMENT) before they enter the link.
const maxTrain = 32

// trains finds out how many packets the kernel takes at once. Before 6.11 it
// cannot cut a train up for a device without checksum offload, such as TUN.
func trains(fd int) (int, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT, stampBytes); err != nil {
		return 1, nil // before 4.18
	}
	_, err := unix.Write(fd, make([]byte, 2*stampBytes)) // run 0, which is none
	if errors.Is(err, unix.EIO) {
		return 1, unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT, 0)
	}
	return maxTrain, err
}

// send writes the packets of a plan when they are due, and those that are late
// at once; see plan.steady and run.
func (p *prober) send(ctx context.Context, fd int, plan plan, begin time.Time) error {
	runtime.LockOSThread() // nap prepares the thread, which ends with the goroutine
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	payload := plan.size - headers
	if p.train > 1 {
		if err := unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT, payload); err != nil {
			return fmt.Errorf("prepare a probe's socket: %w", err)
		}
	}
	b := make([]byte, p.train*payload)
	for seq := 0; seq < len(plan.times) && ctx.Err() == nil; {
		next := seq
		if plan.steady == 0 { // a flood: a queue that is full can spare a few packets
			next = min(seq+p.train/4, len(plan.times)-1)
		}
		nap(plan.times[next] - time.Since(begin))
		now := time.Now()
		if late := now.Sub(begin) - plan.times[seq] - plan.steady; plan.steady > 0 && late > 0 {
			begin = begin.Add(late)
		}
		n := 0
		for n < p.train && seq < len(plan.times) && plan.times[seq] <= now.Sub(begin) {
			stamp(b[n*payload:], p.runs, seq, now)
			if plan.steady == 0 {
				plan.times[seq] = now.Sub(begin)
			}
			n, seq = n+1, seq+1
		}
		if n == 0 {
			continue
		}
		if _, err := unix.Write(fd, b[:n*payload]); harmless(err) != nil {
			return fmt.Errorf("send a probe: %w", err)
		}
	}
	return nil
}

// nap sleeps to within some 50 µs. time.Sleep may take a millisecond more, in
// which the queue of a fast link runs dry.
func nap(d time.Duration) {
	if d > 0 {
		ts := unix.NsecToTimespec(int64(d))
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil) // the caller looks again
	}
}

// harmless errors are packets dropped on the way out, which the sender's own
// queue may do: the plan goes on.
func harmless(err error) error {
	if errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ECONNREFUSED) {
		return nil
	}
	return err
}

// stamp writes run, sequence number and time of sending.
func stamp(b []byte, run uint32, seq int, now time.Time) {
	binary.NativeEndian.PutUint32(b, run)
	binary.NativeEndian.PutUint32(b[4:], uint32(seq))
	binary.NativeEndian.PutUint64(b[8:], uint64(now.UnixNano()))
}

// receive collects the arrivals of a run until the time that comes on until. It
// looks now and then instead of waiting in the kernel, so that no packet has to
// wake it and a fast link is not slowed by being measured.
func (p *prober) receive(fd int, begin time.Time, until <-chan time.Time) ([]arrival, error) {
	var all []arrival
	in := newInbox()
	var end time.Time
	for {
		n, err := in.read(fd)
		if err != nil && harmless(err) != nil {
			return nil, fmt.Errorf("receive a probe: %w", err)
		}
		for i := range n {
			b, at := in.packet(i)
			if len(b) < stampBytes || binary.NativeEndian.Uint32(b) != p.runs {
				continue
			}
			sent := time.Unix(0, int64(binary.NativeEndian.Uint64(b[8:])))
			all = append(all, arrival{
				seq: int(binary.NativeEndian.Uint32(b[4:])),
				// begin without its monotonic reading: the stamps have none.
				at:   at.Sub(begin.Round(0)),
				took: at.Sub(sent),
			})
		}
		if n == len(in.headers) {
			continue
		}
		select {
		case end = <-until:
		default:
		}
		if !end.IsZero() && time.Now().After(end) {
			return sorted(all), nil
		}
		time.Sleep(p.look)
	}
}
