package affinity

import (
	"testing"

	"golang.org/x/sys/unix"
)

// What starts on a core is bound to it; the thread is free again afterwards.
func TestOn(t *testing.T) {
	var process, inside, after unix.CPUSet
	if err := unix.SchedGetaffinity(unix.Getpid(), &process); err != nil {
		t.Fatal(err)
	}
	core := 0
	for !process.IsSet(core) {
		core++
	}
	err := On(core, func() error { return unix.SchedGetaffinity(0, &inside) })
	if err != nil || inside.Count() != 1 || !inside.IsSet(core) {
		t.Errorf("inside: %d cores, %v", inside.Count(), err)
	}
	if err := unix.SchedGetaffinity(0, &after); err != nil || after != process {
		t.Errorf("afterwards: %d cores, %v", after.Count(), err)
	}
	if err := On(4095, func() error { return nil }); err == nil {
		t.Error("bound to a core that is not there")
	}
}
