package scenarios

import (
	"math"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// Options change a scenario for one run.
type Options struct {
	Set    []string // factor=value[,value]: replaces the factor's values in every group
	Quick  bool     // short windows and as many blocks as fit under a minute, at most 6
	Blocks int      // if not 0, exactly so many blocks, whatever the budget
	Seed   uint64   // 0 is 1
}

// overrides reads Set into axes.
func (o Options) overrides(l *log) (out []axis) {
	for _, arg := range o.Set {
		at := &log{file: "--set " + arg}
		name, list, ok := strings.Cut(arg, "=")
		f, known := plan.FactorNamed(name)
		switch {
		case !ok:
			at.add(Pos{}, "factor=value is meant, such as message=64B,1KiB")
		case !known || f.Harness:
			at.add(Pos{}, "%s", unknown("factor", name, factorNames()))
		default:
			a := axis{factor: f}
			for _, text := range strings.Split(list, ",") {
				v, err := parseValue(f, text)
				switch {
				case err != nil:
					at.refuse(Pos{}, err)
				case a.has(v):
					at.add(Pos{}, "%s is in the list already", quantity.Value(f.Kind, v))
				default:
					a.values = append(a.values, value{v: v})
				}
			}
			if axisOf(out, name) != nil {
				at.add(Pos{}, "%s is set twice; list its values in one --set", name)
			}
			out = append(out, a)
		}
		l.errors = append(l.errors, at.errors...)
	}
	if o.Blocks < 0 {
		l.errors = append(l.errors, Error{File: "--blocks", What: "a number of 1 or more is meant"})
	}
	return out
}

// What a quick run is: intervals need 6 blocks, so no more are run.
const (
	quickWarmup = 50 * time.Millisecond
	quickWindow = 150 * time.Millisecond
	quickBudget = 50 * time.Second
	quickBlocks = 6
)

// quickly is how long a cell must be measured in a quick run.
type quickly struct{ warmup, window plan.Seconds }

// shorten makes a quick plan of p: as many blocks as fit, at least one and no more
// than it had.
func shorten(p *plan.Plan, least map[string]quickly) {
	for i := range p.Cells {
		c := &p.Cells[i]
		if changes(c.Factors) {
			c.Window = min(c.Window, noticed(c))
			continue // a shorter trial would end before anything happens
		}
		if c.Factors.Number("idle_close") > 0 {
			continue // a shorter trial would end before anything happens
		}
		warmup, window := c.Warmup, c.Window
		c.Warmup, c.Window = least[c.ID].warmup, least[c.ID].window
		settle(c, quickSettleTrips, quickWindowTrips)
		c.Warmup, c.Window = min(c.Warmup, warmup), min(c.Window, window)
	}
	block := Estimate(*p).Block
	n := min(quickBlocks, p.Measure.MaxBlocks, max(1, int(quickBudget/max(block, 1))))
	p.Measure.MinBlocks, p.Measure.MaxBlocks = n, n
	p.Measure.Budget = plan.Seconds(max(quickBudget, 2*block).Seconds())
}

// fix asks for exactly n blocks; the budget leaves room for a slow machine.
func fix(p *plan.Plan, n int) {
	p.Measure.MinBlocks, p.Measure.MaxBlocks = n, n
	need := 2 * time.Duration(n) * Estimate(*p).Block
	p.Measure.Budget = plan.Seconds(math.Max(float64(p.Measure.Budget), need.Seconds()))
}
