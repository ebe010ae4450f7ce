package runner

import (
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios"
)

// budget tells whether another block fits, from those measured so far.
type budget struct {
	plan    plan.Plan
	start   time.Time
	now     func() time.Time
	longest time.Duration
}

func (b *budget) took(d time.Duration) { b.longest = max(b.longest, d) }

// block is how long one is expected to take.
func (b *budget) block() time.Duration {
	if b.longest > 0 {
		return b.longest
	}
	return scenarios.Estimate(b.plan).Block
}

func (b *budget) fits() bool {
	limit := b.plan.Measure.Budget.Duration()
	return limit <= 0 || b.now().Sub(b.start)+b.block() <= limit
}

// left estimates the time to the end of the last block, or of the budget.
func (b *budget) left(block, done int) time.Duration {
	share := float64(done) / float64(max(1, len(b.plan.Cells)))
	d := time.Duration((float64(b.plan.Measure.MaxBlocks-block) - share) * float64(b.block()))
	if limit := b.plan.Measure.Budget.Duration(); limit > 0 {
		d = min(d, max(0, limit-b.now().Sub(b.start)))
	}
	return d
}
