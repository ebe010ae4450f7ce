package doctor

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/clock"
)

const (
	sleepCount = 100
	sleepSpan  = time.Millisecond
	// lateSleep is the lateness, 99th percentile, up to which latencies are
	// those of the server.
	lateSleep = 300 * time.Microsecond
	coarse    = time.Microsecond
)

// sleeps measures how late n sleeps to an absolute time end, sorted. It sleeps
// as the pacer does.
func sleeps(n int) []time.Duration {
	late := make(chan []time.Duration)
	go func() {
		runtime.LockOSThread() // and never unlocked: its timer slack goes with it
		_ = clock.Precise()    // without it the figures say so
		d := make([]time.Duration, 0, n)
		for range n {
			due := clock.Now() + int64(sleepSpan)
			clock.SleepUntil(due)
			d = append(d, time.Duration(clock.Now()-due))
		}
		slices.Sort(d)
		late <- d
	}()
	return <-late
}

func sleep(late []time.Duration) Check {
	p50, p99 := late[len(late)/2], late[len(late)*99/100]
	c := Check{Name: "sleep", State: OK, Found: fmt.Sprintf("late by %v at the median, %v at p99", micro(p50), micro(p99))}
	c.Means = "messages of a rate are sent on time"
	if p99 > lateSleep {
		c.State = Limited
		c.Means = fmt.Sprintf("latencies under about %v are the machine's, not the server's", micro(p99))
		c.Remedy = "end other programs; on a virtual machine ask for dedicated cores"
	}
	return c
}

// A reading tells what the clock can.
type reading struct {
	step   time.Duration // smallest difference seen
	cost   time.Duration // of one reading, the mean
	source string        // the kernel's name of it, if it tells
}

func readClock() reading {
	const n = 20000
	r := reading{step: time.Hour, source: clockSource()}
	start := clock.Now()
	last := start
	for range n {
		now := clock.Now()
		if d := time.Duration(now - last); d > 0 {
			r.step = min(r.step, d)
		}
		last = now
	}
	r.cost = time.Duration(last-start) / n
	return r
}

func clockStep(r reading) Check {
	c := Check{Name: "clock", State: OK, Found: fmt.Sprintf("steps of %v, %v a reading", r.step, r.cost)}
	if r.source != "" {
		c.Found += ", source " + r.source
	}
	c.Means = "single latencies can be told apart"
	if r.step > coarse || r.cost > coarse {
		c.State = Limited
		c.Means = fmt.Sprintf("latencies are good to %v at best, and reading the clock costs the server and the generator time", max(r.step, r.cost))
		c.Remedy = "choose a faster clock source (tsc, kvm-clock): /sys/devices/system/clocksource/clocksource0/"
	}
	return c
}

func micro(d time.Duration) time.Duration { return d.Round(time.Microsecond) }
