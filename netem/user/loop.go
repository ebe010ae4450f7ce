//go:build linux

package user

import (
	"errors"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/profile"
)

// A loop is one thread that carries packets, both ways: what a receiver answers
// at once, such as an acknowledgement, is there to be read when its packet has
// been written, and costs no wake-up of its own.
type loop struct {
	carriers [2]*carrier
	start    time.Time
	// realtime puts the thread before all ordinary ones. It is for links whose
	// rate bounds the work: without a bound it could take a core for itself.
	realtime bool
	polled   [3]unix.PollFd // of the carriers, and what ends the loop
}

func newLoop(carriers [2]*carrier, stop int, realtime bool) *loop {
	l := &loop{carriers: carriers, start: carriers[0].start, realtime: realtime}
	for i, fd := range [3]int{carriers[0].in, carriers[1].in, stop} {
		l.polled[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	return l
}

// run carries packets until the loop is stopped.
func (l *loop) run() {
	runtime.LockOSThread() // and never unlock: the timer slack goes with the thread
	// A sleep of an ordinary thread may be prolonged by 50 µs; this one's not.
	// Best effort: without it the link is late by that much, and says so.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	if l.realtime {
		// Also best effort: it takes CAP_SYS_NICE.
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 1}, 0)
	}
	for {
		next, more := profile.Never, false
		for i, c := range l.carriers {
			due, rest, sent := c.work()
			next, more = min(next, due), more || rest
			if other := l.carriers[1-i]; sent && !other.ready {
				other.ready = true // an answer may be there
				more = more || i == 1
			}
		}
		if more {
			continue
		}
		if !l.sleep(next) {
			return
		}
	}
}

// sleep waits for packets, for the time next, or for the end, which it reports
// by false. The deadline is absolute: what is left until then is worked out at
// the last moment.
func (l *loop) sleep(next time.Duration) bool {
	left := time.Duration(-1)
	if next != profile.Never {
		if left = next - time.Since(l.start); left <= 0 {
			return true
		}
	}
	if err := poll(l.polled[:], left); err != nil {
		return errors.Is(err, unix.EINTR)
	}
	for i, c := range l.carriers {
		c.ready = c.ready || l.polled[i].Revents != 0
	}
	return l.polled[2].Revents == 0
}
