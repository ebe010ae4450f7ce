//go:build amd64 || arm64 || riscv64 || ppc64le || loong64

package probe

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/server/probe/bpf"
)

// always are the programs beside those that see sends.
var always = []string{"segment_received", "state_set", "destroyed", "forked", "exited"}

// counting is a set of programs at work.
type counting struct {
	coll    *ebpf.Collection
	links   []link.Link
	refresh *link.Iter // nil where the kernel has no such iterator
	netns   uint32     // whose connections it goes over
	keys    []uint64
	values  []bpf.SendConn
}

// programs returns a mechanism that sees sends by the named programs.
func programs(sends ...string) func(Options) (source, error) {
	return func(o Options) (source, error) {
		spec, err := bpf.LoadSend()
		if err != nil {
			return nil, err
		}
		if err := aim(spec, o); err != nil {
			return nil, err
		}
		// Kernels before 5.11 charge maps to this limit; where it cannot be raised,
		// loading says so.
		_ = rlimit.RemoveMemlock()
		names := slices.Concat(sends, always)
		here, err := networkNamespace()
		if err != nil {
			return nil, err
		}
		c, err := load(spec, here, append(names, bpf.SendProgFind, bpf.SendProgRefresh))
		if err != nil {
			// Then each send writes out its count, as in other network namespaces.
			if c, err = load(spec, 0, append(names, bpf.SendProgFind)); err != nil {
				return nil, err
			}
		}
		if err := c.attach(names); err != nil {
			return nil, errors.Join(err, c.close())
		}
		return c, nil
	}
}

// networkNamespace returns the inode of this thread's network namespace.
func networkNamespace() (uint32, error) {
	var ns unix.Stat_t
	if err := unix.Stat("/proc/thread-self/ns/net", &ns); err != nil {
		return 0, fmt.Errorf("network namespace of this thread: %w", err)
	}
	return uint32(ns.Ino), nil
}

// aim says in the programs whose sends they count, and of how many connections.
func aim(spec *ebpf.CollectionSpec, o Options) error {
	namespace, err := pidNamespace()
	if err != nil {
		return err
	}
	if o.MaxConns > 0 {
		spec.Maps[bpf.SendMapConns].MaxEntries = uint32(o.MaxConns)
	}
	only := uint8(0)
	if o.ChildrenOnly {
		only = 1
	}
	return errors.Join(
		spec.Variables[bpf.SendVarTargetPid].Set(uint32(o.PID)),
		spec.Variables[bpf.SendVarTargetNamespace].Set(namespace),
		spec.Variables[bpf.SendVarChildrenOnly].Set(only),
	)
}

// pidNamespace is the inode of this process's.
func pidNamespace() (uint32, error) {
	var ns unix.Stat_t
	if err := unix.Stat("/proc/self/ns/pid", &ns); err != nil {
		return 0, fmt.Errorf("PID namespace of this process: %w", err)
	}
	return uint32(ns.Ino), nil
}

// load loads the named programs of spec with all maps. Connections of netns are read
// by going over all there are, which is refresh's; 0 if it is not among the programs.
func load(spec *ebpf.CollectionSpec, netns uint32, names []string) (*counting, error) {
	spec = spec.Copy()
	if err := spec.Variables[bpf.SendVarRefreshNamespace].Set(netns); err != nil {
		return nil, err
	}
	all := spec.Programs
	spec.Programs = map[string]*ebpf.ProgramSpec{}
	for _, name := range names {
		spec.Programs[name] = all[name]
	}
	coll, err := ebpf.NewCollection(spec)
	if err != nil {
		return nil, cause(err)
	}
	n := coll.Maps[bpf.SendMapConns].MaxEntries()
	return &counting{coll: coll, netns: netns, keys: make([]uint64, min(n, batch)), values: make([]bpf.SendConn, min(n, batch))}, nil
}

// cause says what to do about a refusal.
func cause(err error) error {
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		// The loader guesses at a limit, which has been raised or does not count.
		said, _, _ := strings.Cut(err.Error(), " (MEMLOCK")
		return fmt.Errorf("the kernel refuses BPF programs: %s; CAP_BPF and CAP_PERFMON allow them (root has both)", said)
	case errors.Is(err, ebpf.ErrNotSupported), errors.Is(err, unix.ENOENT):
		return fmt.Errorf("this kernel lacks it: %w", err)
	}
	return err
}

func (c *counting) attach(names []string) error {
	if err := c.find(); err != nil {
		return err
	}
	for _, name := range names {
		l, err := link.AttachTracing(link.TracingOptions{Program: c.coll.Programs[name]})
		if err != nil {
			return fmt.Errorf("attach %s: %w", name, cause(err))
		}
		c.links = append(c.links, l)
	}
	p := c.coll.Programs[bpf.SendProgRefresh]
	if p == nil {
		return nil
	}
	var err error
	if c.refresh, err = link.AttachIter(link.IterOptions{Program: p}); err != nil {
		return fmt.Errorf("attach refresh: %w", cause(err))
	}
	return nil
}

// find lets the programs find the process that they look at.
func (c *counting) find() error {
	l, err := link.AttachIter(link.IterOptions{Program: c.coll.Programs[bpf.SendProgFind]})
	if err != nil {
		return fmt.Errorf("attach find: %w", cause(err))
	}
	defer l.Close()
	if err := run(l); err != nil {
		return fmt.Errorf("go over the processes: %w", err)
	}
	var found uint32
	if err := c.coll.Variables[bpf.SendVarTarget].Get(&found); err != nil {
		return err
	}
	if found == 0 {
		return ErrNoProcess
	}
	return nil
}

// run runs an iterator's program on everything that it goes over.
func run(l *link.Iter) error {
	r, err := l.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r) // it says nothing
	return errors.Join(err, r.Close())
}

func (c *counting) close() error {
	var errs []error
	for _, l := range c.links {
		errs = append(errs, l.Close())
	}
	if c.refresh != nil {
		errs = append(errs, c.refresh.Close())
	}
	c.coll.Close()
	return errors.Join(errs...)
}

// bring brings the copies of the records up to now.
func (c *counting) bring() error {
	if c.refresh == nil {
		return nil
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	here, err := networkNamespace()
	if err != nil {
		return err
	}
	if here != c.netns {
		return fmt.Errorf("connections are read in network namespace %d, but are looked at from %d: read them where the probe was opened", here, c.netns)
	}
	if err := run(c.refresh); err != nil {
		return fmt.Errorf("go over the connections: %w", err)
	}
	return nil
}

func (c *counting) read() (Reading, error) {
	if err := c.bring(); err != nil {
		return Reading{}, err
	}
	r := Reading{Time: time.Now()}
	conns := c.coll.Maps[bpf.SendMapConns]
	var gone []uint64
	var err error
	for id, v := range c.all(conns, &err) {
		conn := c.conn(id, v)
		if conn.Closed {
			gone = append(gone, id)
		}
		r.Conns = append(r.Conns, conn)
	}
	if err != nil {
		return r, err
	}
	for _, id := range gone {
		if err := conns.Delete(id); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
			return r, err
		}
	}
	r.Lost, err = c.lost()
	return r, err
}

func (c *counting) lost() (Lost, error) {
	var l bpf.SendLost
	if err := c.coll.Maps[bpf.SendMapLosses].Lookup(uint32(0), &l); err != nil {
		return Lost{}, err
	}
	sum := Lost{Sends: l.Sends, Forks: l.Forks}
	for _, p := range c.coll.Programs {
		if stats, err := p.Stats(); err == nil { // since Linux 5.12
			sum.Missed += stats.RecursionMisses
		}
	}
	return sum, nil
}

// conn is a record in the form that every mechanism gives.
func (c *counting) conn(id uint64, v *bpf.SendConn) Conn {
	apart := &v.Apart // sends of which the end alone was seen
	conn := Conn{
		ID: id, PID: int(v.Pid), Closed: v.Closed != 0, Bytes: v.Bytes + apart.Bytes,
		Local: address(v.Family, v.Local[:], v.LocalPort), Remote: address(v.Family, v.Remote[:], v.RemotePort),
		Calls: &Calls{Sends: v.Sends + apart.Sends, EAGAIN: v.Eagain + apart.Eagain, Failed: v.Failed + apart.Failed, Sizes: v.Size},
		Buffer: Buffer{
			Queued: uint64(v.Queued), Allocated: uint64(v.Alloc), Size: uint64(v.Sndbuf),
			MaxQueued: uint64(v.MaxQueued), MaxAllocated: uint64(v.MaxAlloc), MaxLevel: float64(v.MaxLevel) / 1000, Levels: v.Level,
		},
		Path: Path{
			InFlight: uint64(v.InFlight), Unsent: uint64(v.Unsent), MaxInFlight: uint64(v.MaxInFlight), MaxUnsent: uint64(v.MaxUnsent),
			Cwnd: uint64(v.Cwnd), MSS: uint64(v.Mss), SRTT: float64(v.SrttUs) / 1e6,
			Retransmits: uint64(v.Retransmits - v.RetransmitsBefore), DataSegments: uint64(v.DataSegments - v.DataSegmentsBefore),
		},
	}
	conn.Calls.Sizes.add(apart.Size)
	if c.coll.Programs["send_turn"] != nil || c.coll.Programs["send_entered"] != nil {
		conn.Pieces = &Pieces{v.Asked, v.Partial, v.Vectored, v.Buffers, v.Appended, Sizes(apart.Size).total()}
	}
	return conn
}
