package clock

import (
	"golang.org/x/sys/unix"
)

// SleepUntil sleeps to an absolute time of Now. It blocks its thread: call it on
// a goroutine locked to one. A Go timer would be late by about half a
// millisecond where this is late by some tens of microseconds.
func SleepUntil(t int64) {
	ts := unix.NsecToTimespec(t)
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil) == unix.EINTR {
	}
}

// Precise asks the kernel to end this thread's sleeps as near to their time as
// it can; the default slack is 50 µs.
func Precise() error {
	return unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
}
