package ns

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// inside marks the environment of the process that Enter started.
const inside = "PUSHBENCH_USER_NAMESPACE"

// rights are what links need: to make namespaces and devices, to bind low
// ports, and to open raw sockets (ping).
var rights = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_BIND_SERVICE, unix.CAP_NET_RAW}

// Enter gives an ordinary user the rights that namespaces need: it runs the same
// program with the same arguments again inside a user namespace, where the user
// keeps name and files, and waits for it. A Go program has many threads and
// cannot enter one itself. Call it first in a command that builds links.
//
// It returns done=false where the rights are there already, and the caller goes
// on. Otherwise the caller ends with the returned exit status, or has in err
// what forbids user namespaces.
func Enter() (status int, done bool, err error) {
	if privileged() {
		return 0, false, nil
	}
	if os.Getenv(inside) != "" {
		return 0, false, fmt.Errorf("%w: the user namespace gave no CAP_SYS_ADMIN (AppArmor may restrict it: see kernel.apparmor_restrict_unprivileged_userns); run as root", ErrNotSupported)
	}
	status, err = again()
	return status, err == nil, err
}

// privileged tells whether this process may make and configure namespaces.
func privileged() bool {
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&hdr, &data[0]); err != nil {
		return false
	}
	need := uint32(1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_NET_ADMIN)
	return data[0].Effective&need == need
}

func again() (int, error) {
	// Stay on this thread: the parent-death signal belongs to it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = os.Args
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = inUserNamespace()
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT)
	if err := cmd.Start(); err != nil {
		signal.Stop(signals)
		return 0, fmt.Errorf("%w: user namespace: %w; run as root, or allow user namespaces (user.max_user_namespaces, kernel.unprivileged_userns_clone)", ErrNotSupported, err)
	}
	go func() {
		for s := range signals {
			// The terminal has sent these two to the child as well.
			if s != unix.SIGINT && s != unix.SIGQUIT {
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err := cmd.Wait()
	signal.Stop(signals)
	close(signals)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return ExitStatus(cmd.ProcessState), nil
}

// inUserNamespace maps the user and group to themselves and hands the rights on
// as ambient, so that programs keep them over exec.
func inUserNamespace() *syscall.SysProcAttr {
	uid, gid := os.Getuid(), os.Getgid()
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
		AmbientCaps: rights,
	}
}

// ExitStatus is what a shell reports of an ended process: its status, or 128
// and the signal's number.
func ExitStatus(p *os.ProcessState) int {
	if w, ok := p.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return p.ExitCode()
}
