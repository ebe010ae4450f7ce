package clock

import (
	"context"
	"time"
)

// Wait sleeps until t of Now, or until ctx ends.
func Wait(ctx context.Context, t int64) {
	timer := time.NewTimer(time.Duration(t - Now()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
