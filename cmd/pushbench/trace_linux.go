package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/ns"
)

var handedOn = []os.Signal{os.Interrupt, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}

func exitStatus(s *os.ProcessState) int { return ns.ExitStatus(s) }

// processName is what the process calls itself, which may be anything.
func processName(pid int) string {
	b, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm") // gone since
	return strings.TrimSuffix(string(b), "\n")
}

// exited is closed when the process has ended, or ctx has.
func exited(ctx context.Context, pid int) <-chan struct{} {
	ended := make(chan struct{})
	fd, err := unix.PidfdOpen(pid, 0)
	go func() {
		defer close(ended)
		if err != nil {
			return
		}
		defer unix.Close(fd)
		wait := int((100 * time.Millisecond).Milliseconds())
		for ctx.Err() == nil {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, wait)
			if n > 0 || err != nil && err != unix.EINTR {
				return
			}
		}
	}()
	return ended
}
