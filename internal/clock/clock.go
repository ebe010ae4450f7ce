// Package clock reads the monotonic clock that all processes of one host share.
package clock

import "time"

// base and offset are read once: time.Since of one base is several times
// cheaper than asking the kernel for the shared clock at each reading.
var (
	base   = time.Now()
	offset = shared(base)
)

// Now is the shared monotonic time in nanoseconds. Differences between readings
// of two processes on one host are meaningful; the origin is not.
func Now() int64 { return offset + int64(time.Since(base)) }

// Wall is the time t of Now as nanoseconds since 1970 in UTC, by the wall clock as
// it goes now.
func Wall(t int64) int64 {
	now := time.Now()
	return now.UnixNano() - (offset + int64(now.Sub(base)) - t)
}
