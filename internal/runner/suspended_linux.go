package runner

import (
	"time"

	"golang.org/x/sys/unix"
)

// suspended is how long the machine has been stopped since it booted: the
// boot-time clock runs on in that time and the monotonic one does not.
func suspended() time.Duration {
	var boot, mono unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono) != nil {
		return 0
	}
	return time.Duration(boot.Nano() - mono.Nano())
}
