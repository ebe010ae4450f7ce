package ownserver

import (
	"errors"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/affinity"
	"github.com/pushbench/pushbench/internal/usage"
)

const (
	// termTime is what the command has to leave after SIGTERM; its parent waits
	// longer before it gives up on this process.
	termTime = 2 * time.Second
	// killTime bounds how long processes are looked for and killed; only those
	// the kernel cannot end at once, as in uninterruptible sleep, need so long.
	killTime = 2 * time.Second
)

// start starts the command in a session of its own, bound to its core. This
// process becomes the parent of whatever loses its own, so that none escapes by
// starting a session and leaving its parent.
func (h *Host) start() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	w, err := h.output.pipe()
	if err != nil {
		return err
	}
	h.cmd.Stdout, h.cmd.Stderr = w, w
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The parent-death signal follows this thread: it lasts as long as the
		// command.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := affinity.On(h.cfg.Core, h.cmd.Start)
		w.Close()
		started <- err
		if err == nil {
			_ = h.cmd.Wait() // ProcessState tells how it ended
			close(h.ended)
		}
	}()
	return <-started
}

// stop ends the command and everything it started: first by asking.
func (h *Host) stop() {
	if h.cmd == nil || h.cmd.Process == nil {
		return
	}
	h.resume()                                      // one that is stopped would not hear of it
	_ = unix.Kill(-h.cmd.Process.Pid, unix.SIGTERM) // an error says that nothing is left of the group
	select {
	case <-h.ended:
	case <-time.After(termTime):
	}
	for deadline := time.Now().Add(killTime); h.kill() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	h.output.settle()
}

// kill kills every descendant and tells whether any was there. Those that the
// kernel has handed to this process are waited for, so that they vanish.
func (h *Host) kill() bool {
	left := usage.Descendants()
	for _, pid := range left {
		_ = unix.Kill(pid, unix.SIGKILL) // it may have ended
	}
	if !h.gone() {
		return true // Wait must have the command's status first
	}
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if pid <= 0 {
			return len(left) > 0
		}
	}
}
