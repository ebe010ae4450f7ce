package runner

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate puts the child in a process group of its own, so that Ctrl-C reaches
// the parent alone and the trial under way can be completed.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup kills the child alone: this system has no groups to kill.
func killGroup(p *os.Process) error { return p.Kill() }
