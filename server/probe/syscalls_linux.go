//go:build amd64 || arm64 || riscv64 || ppc64le || loong64

package probe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/server/probe/bpf"
)

// carrying are the calls that can carry bytes, by name.
var carrying = map[string]uint32{
	"write": unix.SYS_WRITE, "writev": unix.SYS_WRITEV,
	"sendto": unix.SYS_SENDTO, "sendmsg": unix.SYS_SENDMSG, "sendmmsg": unix.SYS_SENDMMSG,
	"sendfile": unix.SYS_SENDFILE, "splice": unix.SYS_SPLICE, "tee": unix.SYS_TEE, "vmsplice": unix.SYS_VMSPLICE,
	"pwrite64": unix.SYS_PWRITE64, "pwritev": unix.SYS_PWRITEV, "pwritev2": unix.SYS_PWRITEV2,
	"io_uring_enter": unix.SYS_IO_URING_ENTER,
}

// A SyscallCounter counts the system calls of a process until it is closed.
type SyscallCounter struct {
	coll *ebpf.Collection
	link link.Link
}

// CountSyscalls begins to count those of one process, as this one numbers it; what it
// starts is not counted. Meanwhile every system call of the machine takes longer.
func CountSyscalls(pid int) (*SyscallCounter, error) {
	if err := present(pid); err != nil {
		return nil, err
	}
	spec, err := bpf.LoadSyscalls()
	if err != nil {
		return nil, err
	}
	namespace, err := pidNamespace()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		spec.Variables[bpf.SyscallsVarTargetPid].Set(uint32(pid)),
		spec.Variables[bpf.SyscallsVarTargetNamespace].Set(namespace),
	)
	if err != nil {
		return nil, err
	}
	_ = rlimit.RemoveMemlock() // see programs
	coll, err := ebpf.NewCollection(spec)
	if err != nil {
		return nil, cause(err)
	}
	l, err := link.AttachTracing(link.TracingOptions{Program: coll.Programs[bpf.SyscallsProgEntered]})
	if err != nil {
		coll.Close()
		return nil, fmt.Errorf("attach to tracepoint sys_enter: %w", cause(err))
	}
	return &SyscallCounter{coll, l}, nil
}

// Report is what was counted so far.
func (c *SyscallCounter) Report() (Syscalls, error) {
	s := Syscalls{Mechanism: syscallsMechanism, Counts: map[string]uint64{}}
	for name, number := range carrying {
		var n uint64
		if err := c.coll.Maps[bpf.SyscallsMapCounts].Lookup(number, &n); err != nil {
			return s, fmt.Errorf("count of %s: %w", name, err)
		}
		s.Counts[name] = n
	}
	return s, nil
}

// Close stops counting.
func (c *SyscallCounter) Close() error {
	err := c.link.Close()
	c.coll.Close()
	return err
}
