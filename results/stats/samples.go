package stats

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// samples holds what was recorded of one cell.
type samples struct {
	cell plan.Cell
	all  []results.Trial // one a block, in order of blocks
	used []results.Trial // those of all that are not invalid
}

func collect(p plan.Plan, trials []results.Trial) map[string]*samples {
	all, used := results.ByCell(trials), results.Usable(trials)
	cells := make(map[string]*samples, len(p.Cells))
	for _, c := range p.Cells {
		cells[c.ID] = &samples{cell: c, all: all[c.ID], used: used[c.ID]}
	}
	return cells
}

// completeBlocks counts the blocks recorded in every cell.
func completeBlocks(p plan.Plan, cells map[string]*samples) int {
	count := map[int]int{}
	for _, s := range cells {
		for _, t := range s.all {
			count[t.Block]++
		}
	}
	n := 0
	for _, c := range count {
		if c == len(p.Cells) {
			n++
		}
	}
	return n
}

// values returns the metric of every used trial that has it, and which of them
// are censored.
func (s *samples) values(metric string) (v []float64, censored []bool) {
	for _, t := range s.used {
		if x, ok := t.Metrics[metric]; ok {
			v = append(v, x)
			censored = append(censored, t.State == results.Censored)
		}
	}
	return v, censored
}
