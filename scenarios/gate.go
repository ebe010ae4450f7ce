package scenarios

import (
	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results/gate"
)

// gateAll adds the scope's rules to the plan, and reports those that could never
// decide anything: a gate that cannot fail is worse than none.
func (sc scope) gateAll(l *log, p *plan.Plan) {
	for _, c := range sc.Gate {
		if !c.broken {
			sc.gate(l, p, c)
		}
	}
}

func (sc scope) gate(l *log, p *plan.Plan, c gateRule) {
	r := plan.Rule{
		Metric: c.Metric.text, Group: sc.group, LeastDifference: c.LeastDifference.value,
		Confidence: c.Confidence.value, MaxTime: plan.Seconds(c.MaxTime.value),
	}
	for _, a := range c.Cells.axes {
		if r.Cells == nil {
			r.Cells = map[string][]any{}
		}
		for _, v := range a.values {
			r.Cells[a.factor.Name] = append(r.Cells[a.factor.Name], v.v)
		}
	}
	p.Gate = append(p.Gate, r)
	if err := gate.CheckMetric(r.Metric); err != nil {
		l.add(c.Metric.at, "%s: %v", r.Metric, err)
		return
	}
	if sc.broken || len(sc.cells) == 0 {
		return
	}
	if err := gate.Check(r, p.Cells); err != nil {
		at := c.Metric.at
		if c.Cells.at != (Pos{}) {
			at = c.Cells.at
		}
		l.add(at, "%s: %v", r.Metric, err)
	}
}
