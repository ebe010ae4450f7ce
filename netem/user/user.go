//go:build linux

// Package user carries packets between two TUN devices as package sched decides:
// an emulated link without any help of the kernel's queueing disciplines.
//
// Each direction has one thread of its own, which reads, decides and delivers;
// nothing is handed between threads, so that a packet costs a read, a write and
// no wake-up. The threads belong to this process, the one that made the link: it
// sleeps while its children measure, and a process of its own would only add a
// hand-over of descriptors.
package user

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/device"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// A Middle is the hop between the two ends.
type Middle struct {
	ends     [2]device.End // server, client
	tuns     [2]int
	udp      bool // super-packets of UDP may be written to them
	stop     int  // eventfd, readable when the link is to end
	carriers [2]*carrier
	thread   sync.WaitGroup
	once     sync.Once
}

// New makes the TUN devices of both ends and starts to carry packets.
func New(p *profile.Profile, server, client device.End, mtu int) (*Middle, error) {
	m := &Middle{ends: [2]device.End{server, client}, tuns: [2]int{-1, -1}, stop: -1}
	for i, end := range m.ends {
		fd, udp, err := device.Tun(end, mtu, !p.Corrupts())
		if err != nil {
			return nil, errors.Join(err, m.closeFiles())
		}
		m.tuns[i], m.udp = fd, udp
	}
	var err error
	if m.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, errors.Join(fmt.Errorf("eventfd: %w", err), m.closeFiles())
	}
	addThreads(2)
	start := time.Now()
	for d := range m.carriers {
		m.carriers[d] = &carrier{
			in: m.tuns[d], out: m.tuns[1-d], start: start, want: 1, early: earliest(p),
			sched: sched.New(p, sched.Direction(d)), merge: merger{udp: m.udp},
		}
	}
	m.thread.Go(newLoop(m.carriers, m.stop, p.Limited()).run)
	return m, nil
}

// earliest is by how much packets may leave before their time, so that one wake-up
// serves those that are due in a row. A wake-up is late by as much.
func earliest(p *profile.Profile) time.Duration {
	return max(30*time.Microsecond, min(earlyMost, p.RTT()/earlyShare))
}

const (
	earlyMost  = 100 * time.Microsecond
	earlyShare = 200
)

// gomaxprocs guards changes of GOMAXPROCS, of which each needs the last value.
var gomaxprocs sync.Mutex

// addThreads lets so many more threads run Go code at once. Carriers are busy
// with short system calls, in which the runtime does not count them as waiting:
// without a place of their own they and the rest of the program would hold each
// other up.
func addThreads(n int) {
	gomaxprocs.Lock()
	defer gomaxprocs.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
}

// Counters of both directions. What a TUN device dropped before it could be
// read is an overrun: this process was too slow.
func (m *Middle) Counters() (down, up sched.Counters, err error) {
	var all [2]sched.Counters
	for d, c := range m.carriers {
		all[d] = c.read().counters
		s, err := m.ends[d].Statistics()
		if err != nil {
			return down, up, err
		}
		all[d].Overrun += s.TxDropped
	}
	return all[sched.Down], all[sched.Up], nil
}

// Lateness of all deliveries, both ways.
func (m *Middle) Lateness() sched.Lateness {
	l := m.carriers[sched.Down].read().late
	l.Merge(m.carriers[sched.Up].read().late)
	return l
}

// Begin starts the profile's moments and traces anew.
func (m *Middle) Begin() error {
	for _, c := range m.carriers {
		c.begin()
	}
	return nil
}

// Close stops both threads and removes the devices.
func (m *Middle) Close() (err error) {
	m.once.Do(func() {
		if _, err = unix.Write(m.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil {
			return // the threads would not hear of it
		}
		m.thread.Wait()
		addThreads(-2)
		err = m.closeFiles()
	})
	return err
}

func (m *Middle) closeFiles() error {
	var errs []error
	for _, fd := range []int{m.tuns[0], m.tuns[1], m.stop} {
		if fd >= 0 {
			errs = append(errs, unix.Close(fd))
		}
	}
	return errors.Join(errs...)
}
