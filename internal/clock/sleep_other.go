//go:build !linux

package clock

import "time"

// SleepUntil sleeps to an absolute time of Now.
func SleepUntil(t int64) { time.Sleep(time.Duration(t - Now())) }

// Precise does nothing on systems without a timer slack.
func Precise() error { return nil }
