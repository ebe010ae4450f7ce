package doctor

import (
	"fmt"
	"runtime"

	"github.com/pushbench/pushbench/internal/host"
)

// numCores counts the cores this process may use.
func numCores() int { return runtime.NumCPU() }

func cores(n int, pinning string) Check {
	c := Check{Name: "cores", State: OK, Found: fmt.Sprintf("%d, %s", n, pinning), Means: "server and generator do not take time from each other"}
	switch {
	case n < 2:
		c.State, c.Found = Limited, "1"
		c.Means = "server and generator share it: throughput is that of both together, and each waits for the other"
		c.Remedy = "measure on two cores or more"
	case pinning == "":
		c.State, c.Found = Limited, fmt.Sprintf("%d, not bound to", n)
		c.Means = "the system may move server and generator between cores: intervals get wider"
		c.Remedy = unsupported
	}
	return c
}

func kernel() Check {
	h := host.Describe()
	c := Check{Name: "kernel", State: OK, Found: h.OS + " " + h.Kernel + " " + h.Arch, Means: "everything here can be asked for"}
	if h.OS != "linux" {
		c.State, c.Found = Limited, h.OS+" "+h.Arch
		c.Means = "network loopback alone; no segments, no wire bytes, no emulated networks"
		c.Remedy = unsupported
	}
	return c
}

// A load is what else the machine does.
type load struct {
	steal   float64 // share of all core time the hypervisor gave to others, since boot
	average float64 // runnable tasks, over the last minute
	cores   int
}

// Shares beyond which other work is likely to show in the figures.
const (
	tooMuchSteal = 0.01
	tooBusy      = 0.25 // of the cores
)

func quiet(l load, err error) Check {
	const name = "other work"
	if err != nil {
		return absent(name, err, "other work on this machine goes unnoticed; compare within one run only", unsupported)
	}
	c := Check{Name: name, State: OK, Found: fmt.Sprintf("load average %.2f on %d cores, %s stolen since boot", l.average, l.cores, percent(l.steal))}
	c.Means = "little else competes for the cores"
	if l.average > tooBusy*float64(l.cores) || l.steal > tooMuchSteal {
		c.State = Limited
		c.Means = "something else takes core time: intervals get wider, latencies longer; ratios within a block suffer least"
		c.Remedy = "end other programs; on a shared virtual machine add blocks, or take a dedicated one"
	}
	return c
}
