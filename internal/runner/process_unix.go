//go:build unix

package runner

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate puts the child in a process group of its own, so that Ctrl-C reaches
// the parent alone and the trial under way can be completed.
func isolate(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

// killGroup kills an isolated child and what has stayed in its group.
func killGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }
