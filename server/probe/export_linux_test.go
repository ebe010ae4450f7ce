//go:build amd64 || arm64 || riscv64 || ppc64le || loong64

package probe

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
)

// A Run is how often a program ran and for how long in all, by the kernel's own
// statistics (bpf(2), BPF_ENABLE_STATS).
type Run struct {
	Count uint64
	Time  time.Duration
}

// Runs returns those of the programs that see a send, by name; none for sampling.
func (p *Probe) Runs() (map[string]Run, error) {
	c, ok := p.source.(*counting)
	if !ok {
		return nil, nil
	}
	runs := map[string]Run{}
	for name, program := range c.coll.Programs {
		if slices.Contains([]string{"refresh", "find", "forked", "exited"}, name) {
			continue
		}
		stats, err := program.Stats()
		if err != nil {
			return nil, fmt.Errorf("statistics of %s: %w", name, err)
		}
		runs[name] = Run{stats.RunCount, stats.Runtime}
	}
	return runs, nil
}

// Empty is a name for what only tests have: programs that do nothing where those of
// tracepoints look. Their cost is the kernel's for calling any program there.
const Empty = "empty"

// OpenEmpty attaches them.
func OpenEmpty() (*Probe, error) {
	c := &counting{coll: &ebpf.Collection{Programs: map[string]*ebpf.Program{}}}
	for _, at := range []string{"tcp_sendmsg_locked", "sock_send_length", "tcp_probe"} {
		program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
			Name: at[:min(len(at), 15)], Type: ebpf.Tracing, AttachType: ebpf.AttachTraceRawTp, AttachTo: at, License: "GPL",
			Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()},
		})
		if err != nil {
			return nil, errors.Join(cause(err), c.close())
		}
		c.coll.Programs[at] = program
		l, err := link.AttachTracing(link.TracingOptions{Program: program})
		if err != nil {
			return nil, errors.Join(cause(err), c.close())
		}
		c.links = append(c.links, l)
	}
	return &Probe{Mechanism: Empty, source: c}, nil
}
