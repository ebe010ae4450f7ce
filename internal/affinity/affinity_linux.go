// Package affinity binds what is started to a core.
package affinity

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// On runs f on a thread bound to the core, any if it is negative; what f starts
// inherits that.
func On(core int, f func() error) error {
	if core < 0 {
		return f()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("reading the cores of this thread: %w", err)
	}
	one.Set(core)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return fmt.Errorf("binding to core %d: %w", core, err)
	}
	err := f()
	if back := unix.SchedSetaffinity(0, &before); back != nil && err == nil {
		return fmt.Errorf("leaving core %d: %w", core, back)
	}
	return err
}
