//go:build !linux

package runner

import "time"

// suspended is known on Linux alone.
func suspended() time.Duration { return 0 }
