package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// shared is CLOCK_MONOTONIC at base. The kernel's reading is bracketed by two
// of Go's and the tightest of several brackets is taken, so that being
// descheduled in between does not shift the offset.
func shared(base time.Time) int64 {
	var best int64
	tightest := time.Hour
	for range 32 {
		before := time.Since(base)
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
			return base.UnixNano()
		}
		after := time.Since(base)
		if gap := after - before; gap < tightest {
			tightest = gap
			best = ts.Nano() - int64(before+gap/2)
		}
	}
	return best
}
