//go:build !linux

package command

import (
	"context"
	"fmt"
	"runtime"

	"github.com/pushbench/pushbench/netem"
)

// Init has nothing to do.
func Init() {}

// Run always fails.
func Run(context.Context, Spec) (int, error) {
	return StatusFailed, fmt.Errorf("run behind a network on %s: %w; use Linux", runtime.GOOS, netem.ErrNotSupported)
}
