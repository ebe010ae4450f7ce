//go:build !linux

package verify

import (
	"context"
	"fmt"
	"runtime"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// Profile always fails.
func Profile(context.Context, *profile.Profile, netem.Options) (*Result, error) {
	return nil, fmt.Errorf("verify a network on %s: %w; use Linux", runtime.GOOS, netem.ErrNotSupported)
}
