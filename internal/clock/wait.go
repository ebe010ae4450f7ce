package clock

import "context"

// waitStep is how long the end of a context can go unnoticed, in ns.
const waitStep = 250e6

// Wait returns at the time t of Now, or when ctx ends, soon after. It sleeps in the
// kernel: a goroutine that comes back from there is soon given a turn, while one
// that a timer of the runtime wakes waits behind all that are ready, which with ten
// thousand writers is a fifth of a second.
func Wait(ctx context.Context, t int64) {
	for now := Now(); now < t && ctx.Err() == nil; now = Now() {
		SleepUntil(min(t, now+waitStep))
	}
}
