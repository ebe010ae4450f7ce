//go:build !linux

package ns

import (
	"fmt"
	"os/exec"
	"runtime"
)

// A Namespace exists on Linux only.
type Namespace struct{}

func unsupported() error { return fmt.Errorf("%w on %s; use Linux", ErrNotSupported, runtime.GOOS) }

// New always fails.
func New() (*Namespace, error) { return nil, unsupported() }

// Close does nothing.
func (*Namespace) Close() error { return nil }

// Fd is never valid.
func (*Namespace) Fd() int { return -1 }

// Do always fails.
func (*Namespace) Do(func() error) error { return unsupported() }

// Start always fails.
func (*Namespace) Start(*exec.Cmd) error { return unsupported() }

// SetSysctl always fails.
func (*Namespace) SetSysctl(string, string) error { return unsupported() }

// Enter has nothing to do.
func Enter() (int, bool, error) { return 0, false, nil }
