package ns

import (
	"fmt"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// A Namespace is a network namespace with its loopback up. It exists as long as
// its holder thread, a process started in it, or a descriptor on it.
type Namespace struct {
	file   *os.File      // keeps the namespace, and is the way in
	calls  chan func()   // run on the holder thread
	closed chan struct{} // closed by Close
	once   sync.Once
}

// New makes a namespace. It needs CAP_SYS_ADMIN: be root, or call Enter first.
func New() (*Namespace, error) {
	n := &Namespace{calls: make(chan func()), closed: make(chan struct{})}
	made := make(chan error)
	go n.hold(made)
	if err := <-made; err != nil {
		return nil, err
	}
	if err := n.Do(setUp); err != nil {
		n.Close()
		return nil, fmt.Errorf("prepare a network namespace: %w", err)
	}
	return n, nil
}

// hold unshares a thread of its own and then runs calls on it. The thread ends
// with the goroutine, as it is never unlocked.
func (n *Namespace) hold(made chan<- error) {
	offMainThread(func() {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			made <- fmt.Errorf("%w: unshare: %w; run as root or where user namespaces are allowed", ErrNotSupported, err)
			return
		}
		file, err := os.Open("/proc/thread-self/ns/net")
		n.file = file
		made <- err
		for err == nil {
			select {
			case call := <-n.calls:
				call()
			case <-n.closed:
				return
			}
		}
	})
}

// Close lets the namespace go. Processes that Start began are killed by it.
func (n *Namespace) Close() error {
	var err error
	n.once.Do(func() {
		close(n.closed)
		err = n.file.Close()
	})
	return err
}

// Fd is the descriptor of the namespace, for netlink. It stays the Namespace's.
func (n *Namespace) Fd() int { return int(n.file.Fd()) }

// Do runs f on a thread that is in the namespace, and returns its error. What f
// opens (sockets, devices) stays in the namespace; goroutines it starts do not.
// A thread that cannot be brought back, as in a user namespace that does not own
// the network it came from, is thrown away.
func (n *Namespace) Do(f func() error) error {
	done := make(chan error)
	go offMainThread(func() {
		back, err := n.visit(f)
		if back {
			runtime.UnlockOSThread()
		}
		done <- err
	})
	return <-done
}

// visit runs f inside and reports whether the thread is home again.
func (n *Namespace) visit(f func() error) (home bool, err error) {
	origin, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return true, err
	}
	defer origin.Close()
	if err := unix.Setns(n.Fd(), unix.CLONE_NEWNET); err != nil {
		return true, fmt.Errorf("enter a network namespace: %w", err)
	}
	err = f()
	return unix.Setns(int(origin.Fd()), unix.CLONE_NEWNET) == nil, err
}

// offMainThread runs f on a locked thread other than the process's first, whose
// namespace /proc/self/net and tools such as lsns report as the process's own.
func offMainThread(f func()) {
	runtime.LockOSThread()
	if unix.Gettid() != unix.Getpid() {
		f()
		return
	}
	// While this goroutine holds the first thread, another cannot get it.
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		f()
	}()
	<-done
	runtime.UnlockOSThread()
}
