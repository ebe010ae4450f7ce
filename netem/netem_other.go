//go:build !linux

package netem

import (
	"fmt"
	"runtime"
)

// VethOptions of a plain link.
type VethOptions struct {
	NoOffloads  bool
	ClientAddrs int
}

func unsupported() error {
	return fmt.Errorf("emulated networks on %s: %w; use Linux, or network loopback", runtime.GOOS, ErrNotSupported)
}

// NewVeth always fails.
func NewVeth(VethOptions) (*Link, error) { return nil, unsupported() }
