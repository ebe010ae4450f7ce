package loadgen

import (
	"math"
	"time"
)

// slowness is how a slow reader reads.
type slowness struct {
	rate float64         // bytes per second; 0 never reads
	done <-chan struct{} // the window is over
}

// pause waits after n bytes were read as long as reading them should take. It
// returns false when the window is over.
func (s *slowness) pause(n int) bool {
	d := time.Duration(math.MaxInt64)
	if s.rate > 0 {
		d = time.Duration(float64(n) / s.rate * 1e9)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.done:
		return false
	}
}

// slowTurn is how often a slow reader reads, as far as its rate allows.
const slowTurn = 20 * time.Millisecond

// slowRead is how many bytes a slow reader asks for in one call.
func slowRead(rate float64, size int) int {
	return min(size, max(1, int(rate*slowTurn.Seconds())))
}

// isSlow spreads share of n connections evenly and tells whether i is one.
func isSlow(i, n int, share float64) bool {
	slow := math.Round(share * float64(n))
	return math.Floor(float64(i+1)*slow/float64(n)) > math.Floor(float64(i)*slow/float64(n))
}
