package scenarios

import (
	"time"

	"github.com/pushbench/pushbench/internal/plan"
)

// TrialOverhead is the time a trial takes beside its warmup and window: two
// processes start, connect and report.
const TrialOverhead = 60 * time.Millisecond

// ownOverhead is what a server of the user's adds: it starts, is seen to be ready,
// and is ended.
const ownOverhead = 250 * time.Millisecond

// overheadTrips is what connecting and the end of the stream add, in round
// trips of the network.
const overheadTrips = 3

// Times of a plan as they are expected.
type Times struct {
	Block time.Duration // every cell once
	Least time.Duration // the least number of blocks
	Most  time.Duration // the largest number of blocks, or the budget
}

// Estimate says how long a plan will take.
func Estimate(p plan.Plan) Times {
	var block time.Duration
	for _, c := range p.Cells {
		block += c.Warmup.Duration() + c.Window.Duration() + TrialOverhead + overheadTrips*roundTrip(c.Factors)
		if !c.Ours() {
			block += ownOverhead
		}
	}
	least := time.Duration(p.Measure.MinBlocks) * block
	most := time.Duration(p.Measure.MaxBlocks) * block
	return Times{Block: block, Least: least, Most: max(least, min(most, p.Measure.Budget.Duration()))}
}
