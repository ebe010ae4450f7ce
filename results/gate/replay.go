package gate

import (
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// A Segment is a contiguous part of a stored run in which a gate of one cell and
// metric came to its decision, as if it had been started there.
type Segment struct {
	Verdict Verdict
	Blocks  int          // from its start to the decision, invalid ones included
	Seconds plan.Seconds // of measuring
}

// A Replay is the segments of one cell and metric, one after the other.
type Replay struct {
	Metric, Cell string
	Segments     []Segment
	Correlation  float64   // of the estimates of successive blocks
	Base, Head   []float64 // the values of all valid blocks, in order
}

// Replays cuts a run into segments for each comparison of the gate, by itself: a
// gate starts with the first block, decides, and the next one starts behind it. So
// segments share no block, and what drifts stays in them. A last one that the end
// of the run leaves undecided is no segment. Time is what the comparison's own two
// trials take of each block: a gate of them alone would take no more.
func (g *Gate) Replays(trials []results.Trial) (out []Replay) {
	byCell, clock := results.ByCell(trials), newClock(trials).times(2/float64(len(g.plan.Cells)))
	for _, c := range g.comparisons {
		c.alpha *= float64(max(1, g.intervals)) // alone it need not share
		r := Replay{Metric: c.metric.Name, Cell: c.name}
		pairs := pair(byCell[c.base.ID], byCell[c.head.ID], c.metric)
		var logs []float64
		for _, p := range pairs {
			if p.measured {
				logs = append(logs, p.log)
				r.Base = append(r.Base, p.base.Metrics[c.metric.Name])
				r.Head = append(r.Head, p.head.Metrics[c.metric.Name])
			}
		}
		r.Correlation = lagOne(logs)
		for len(pairs) > 0 {
			s, ok := c.segment(pairs, clock)
			if !ok {
				break
			}
			r.Segments = append(r.Segments, s)
			pairs = pairs[s.Blocks:]
		}
		out = append(out, r)
	}
	return out
}

// segment is the shortest start of the pairs that settles the comparison.
func (c comparison) segment(pairs []blockPair, t clock) (s Segment, ok bool) {
	from := t.before(pairs[0].block)
	shifted := clock{at: map[int]time.Duration{}}
	for _, p := range pairs {
		shifted.at[p.block] = t.at[p.block] - from
	}
	d := c.decide(pairs, shifted)
	if !d.Settled {
		return s, false
	}
	s = Segment{Verdict: d.Verdict, Seconds: d.Seconds}
	for _, p := range pairs {
		if seconds(shifted.at[p.block]) > d.Seconds {
			break
		}
		s.Blocks++
	}
	s.Blocks = max(1, s.Blocks)
	return s, true
}

// lagOne is the correlation of each value with the next.
func lagOne(x []float64) float64 {
	if len(x) < 3 {
		return 0
	}
	mid := 0.0
	for _, v := range x {
		mid += v / float64(len(x))
	}
	var with, all float64
	for i, v := range x {
		all += (v - mid) * (v - mid)
		if i > 0 {
			with += (v - mid) * (x[i-1] - mid)
		}
	}
	if all == 0 {
		return 0
	}
	return with / all
}

// Effective is how many independent segments these are worth: fewer where what
// one block was the next one is too (n(1-r)/(1+r), of a first-order
// autoregression).
func (r Replay) Effective() float64 {
	c := max(0, r.Correlation)
	return float64(len(r.Segments)) * (1 - c) / (1 + c)
}

// Median returns the median over segments of blocks and of seconds.
func (r Replay) Median() (blocks, seconds float64) {
	var b, s []float64
	for _, x := range r.Segments {
		b, s = append(b, float64(x.Blocks)), append(s, float64(x.Seconds))
	}
	if len(b) == 0 {
		return 0, 0
	}
	slices.Sort(b)
	slices.Sort(s)
	return middle(b), middle(s)
}
