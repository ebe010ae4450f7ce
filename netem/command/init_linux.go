package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/netem/ns"
)

// initName is how a process is called that is to be the first one of a PID
// namespace.
const initName = "pushbench-netem-init"

// ready tells that Init was called. Without it the program that Run starts
// again would do from the beginning what this one does, and again, without end.
var ready bool

// Init must be the first thing a program does that calls Run, as Run starts the
// same program again under another name to be the first process of a PID
// namespace: when that one ends, or this process is killed, the kernel ends
// every process the command has started. In that process Init does not return.
func Init() {
	ready = true
	if len(os.Args) > 1 && os.Args[0] == initName {
		os.Exit(first(os.Args[1:]))
	}
}

// newInit prepares the command that runs args in a PID namespace of its own.
func newInit(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = append([]string{initName}, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	return cmd
}

// first runs args and returns the exit status of the whole.
func first(args []string) int {
	// A first process without handlers ignores signals. Those of the terminal
	// reach the command by themselves; others are handed on.
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2)
	// /proc must tell of the new namespace. Where mounting is forbidden the
	// old one stays: programs run, and ps shows too much.
	_ = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	_ = unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
			return StatusNotFound
		}
		return StatusNotExec
	}
	go func() {
		for s := range signals {
			if s != unix.SIGINT && s != unix.SIGQUIT {
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		return StatusFailed
	}
	return ns.ExitStatus(cmd.ProcessState)
}
