package verdict

import (
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// Evidence is what a run measured, as rules read it.
type Evidence struct {
	results.Summary
	Plan   plan.Plan
	Trials []results.Trial
	Looks  []results.Look // what was seen from inside, in blocks of their own
}

// cells returns those that have every one of the given factors, defaults included,
// in the order of the plan.
func (e Evidence) cells(want plan.Values) (out []results.Cell) {
	for _, c := range e.Cells {
		if agrees(c.Factors, want) {
			out = append(out, c)
		}
	}
	return out
}

// cell is the first of cells; ok is false if there is none.
func (e Evidence) cell(want plan.Values) (c results.Cell, ok bool) {
	if all := e.cells(want); len(all) > 0 {
		return all[0], true
	}
	return c, false
}

// agrees tells whether a cell has the given factors; one that does not apply to it
// has no value.
func agrees(have, want plan.Values) bool {
	for name, x := range want {
		if y, applies := have[name]; !applies && x != defaultOf(name) || applies && x != y {
			return false
		}
	}
	return true
}

func defaultOf(factor string) any {
	f, _ := plan.FactorNamed(factor)
	return f.Default
}

// with returns v with some factors replaced.
func with(v plan.Values, change plan.Values) plan.Values {
	out := plan.Values{}
	for name, x := range v {
		out[name] = x
	}
	for name, x := range change {
		out[name] = x
	}
	return out
}

// metric is a cell's metric as an estimate, without an interval where there is none
// and with the unit alone where it was not measured.
func metric(c results.Cell, name string) (e results.Estimate, ok bool) {
	d, _ := plan.MetricNamed(name)
	m, ok := c.Metrics[name]
	e = results.Estimate{What: name, Unit: d.Unit}
	if !ok {
		return e, false
	}
	e.Median, e.Lo, e.Hi = m.Median, m.Lo, m.Hi
	return e, true
}

// ratio is the within-block ratio of a cell's metric to its base, which the plan
// asked for by one of its comparisons; base picks one where there are several.
func (e Evidence) ratio(name string, cell results.Cell, base plan.Values) (results.Estimate, bool) {
	cells := cellsOf(e.Summary)
	out := results.Estimate{What: name, Unit: "×"}
	for _, r := range e.Ratios {
		if r.Metric != name || r.Cell != cell.ID || !agrees(cells[r.Base].Factors, base) {
			continue
		}
		out.Median, out.Lo, out.Hi = r.Ratio, r.Lo, r.Hi
		return out, true
	}
	return out, false
}

// where words the factors of a cell that are named: "rtt 20 ms, nodelay off".
func where(v plan.Values, factors ...string) string {
	var parts []string
	for _, f := range factors {
		if x, ok := v[f]; ok {
			parts = append(parts, f+" "+units.Value(f, x))
		}
	}
	return strings.Join(parts, ", ")
}
