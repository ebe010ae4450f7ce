//go:build !linux

package netem

import (
	"fmt"
	"runtime"

	"github.com/pushbench/pushbench/netem/profile"
)

func unsupported() error {
	return fmt.Errorf("emulated networks on %s: %w; use Linux, or network loopback", runtime.GOOS, ErrNotSupported)
}

// NewVeth always fails.
func NewVeth(VethOptions) (*Link, error) { return nil, unsupported() }

// Open always fails.
func Open(*profile.Profile, Options) (*Link, error) { return nil, unsupported() }

// Choose always fails.
func (Options) Choose(*profile.Profile) (string, error) { return "", unsupported() }

// Kernel is the release of the running kernel; unknown here.
func Kernel() string { return runtime.GOOS }

// Probe reports that there are no emulated networks here.
func Probe() []Feature {
	return []Feature{{Name: "network namespaces", Reason: unsupported().Error()}}
}
