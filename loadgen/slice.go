package loadgen

import (
	"context"

	"github.com/pushbench/pushbench/internal/child"
	"github.com/pushbench/pushbench/internal/clock"
)

// A Slice is what arrived in the slice of one turn.
type Slice struct {
	Begin Mark `json:"begin"`
	End   Mark `json:"end"`
}

// A Mark is the state at an edge of a slice.
type Mark struct {
	Time     int64  `json:"time"` // clock.Now
	Messages uint64 `json:"messages"`
	Bytes    uint64 `json:"bytes"`
}

// SlicesOf waits for the edges of the turns' slices and marks the state at each.
func SlicesOf(ctx context.Context, turns []child.Turn, mark func() Mark) (out []Slice) {
	for _, t := range turns {
		clock.Wait(ctx, t.Begin)
		begin := mark()
		clock.Wait(ctx, t.End)
		out = append(out, Slice{begin, mark()})
	}
	return out
}
