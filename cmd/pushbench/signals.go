package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signals returns two contexts: the first interrupt ends drain, so that the
// trial under way is completed; the second ends ctx, which stops at once.
func signals(parent context.Context, show *progress) (ctx, drain context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	drain, cancelDrain := context.WithCancel(ctx)
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-c:
				if drain.Err() != nil {
					cancel()
					return
				}
				show.note("completing this trial; once more stops at once")
				cancelDrain()
			}
		}
	}()
	return ctx, drain, func() {
		signal.Stop(c)
		cancelDrain()
		cancel()
	}
}
