//go:build !linux

package command

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/pushbench/pushbench/netem"
)

// Init has nothing to do.
func Init() {}

// Run always fails.
func Run(context.Context, Spec) (int, error) {
	return StatusFailed, fmt.Errorf("run behind a network on %s: %w; use Linux", runtime.GOOS, netem.ErrNotSupported)
}

// Open always fails.
func (Forward) Open(*netem.Link) (io.Closer, error) {
	return nil, fmt.Errorf("forward on %s: %w; use Linux", runtime.GOOS, netem.ErrNotSupported)
}
