package gate

import (
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A clock tells, for each block, how much time had been spent on measuring when
// it was done. It reads the trials' own times, so that a gate that was stopped
// and resumed decides as one that was not.
type clock struct{ at map[int]time.Duration }

// pause is how many times the usual length of a block may pass before the next: what
// is longer was an interruption, and counts as one block.
const pause = 3

func newClock(trials []results.Trial) clock {
	began := map[int]time.Time{}
	for _, t := range trials {
		if at, known := began[t.Block]; !known || t.Started.Before(at) {
			began[t.Block] = t.Started
		}
	}
	var blocks []int
	for b := range began {
		blocks = append(blocks, b)
	}
	slices.SortFunc(blocks, func(a, b int) int { return began[a].Compare(began[b]) })
	spans := make([]time.Duration, 0, len(blocks))
	for i := 1; i < len(blocks); i++ {
		spans = append(spans, began[blocks[i]].Sub(began[blocks[i-1]]))
	}
	usual := median(spans)
	spans = append(spans, usual) // of the last, which nothing follows
	c := clock{at: map[int]time.Duration{}}
	var sum time.Duration
	for i, b := range blocks {
		if spans[i] > pause*usual {
			spans[i] = usual
		}
		sum += spans[i]
		c.at[b] = sum
	}
	return c
}

// times is a clock that goes so many times as fast.
func (c clock) times(rate float64) clock {
	out := clock{at: map[int]time.Duration{}}
	for block, d := range c.at {
		out.at[block] = time.Duration(rate * float64(d))
	}
	return out
}

// before is the time that had been spent when a block began.
func (c clock) before(block int) (most time.Duration) {
	for _, d := range c.at {
		if d < c.at[block] {
			most = max(most, d)
		}
	}
	return most
}

func (c clock) total() (most time.Duration) {
	for _, d := range c.at {
		most = max(most, d)
	}
	return most
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(d))[(len(d)-1)/2]
}

func seconds(d time.Duration) plan.Seconds { return plan.Seconds(d.Seconds()) }
