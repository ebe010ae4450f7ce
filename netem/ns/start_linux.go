package ns

import (
	"errors"
	"os/exec"
	"syscall"
)

// errClosed is returned by Start after Close.
var errClosed = errors.New("network namespace is closed")

// Start starts cmd inside the namespace. Unless cmd asks otherwise it is killed
// when this process or the Namespace ends: the parent-death signal follows the
// thread that forked, so the fork is made on the holder thread, which lasts.
// Children of cmd are not reached by that; see exec for a command that may have
// some.
func (n *Namespace) Start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	if cmd.SysProcAttr.Pdeathsig == 0 {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	}
	done := make(chan error, 1)
	select {
	case n.calls <- func() { done <- cmd.Start() }:
		return <-done
	case <-n.closed:
		return errClosed
	}
}
