package gate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
)

// resolve makes the comparisons of one rule.
func resolve(i int, r plan.Rule, pairs []cellPair) (out []comparison, err error) {
	m, err := metric(r.Metric)
	if err != nil {
		return nil, err
	}
	matched := false
	for _, p := range pairs {
		if !r.Matches(p.head) {
			continue
		}
		matched = true
		if m.Timed && !p.head.Timed() || onLoopback(m.Name, p.head) {
			continue
		}
		c := comparison{
			rule: i, metric: m, base: p.base, head: p.head, name: p.name,
			most: cmp.Or(r.MaxTime, plan.DefaultMaxTime), exact: exactly(m.Name, p.head.Factors),
		}
		if exactly(m.Name, p.base.Factors) == nil {
			c.exact = nil
		}
		if c.exact == nil && (m.Better == "" || r.Determined) {
			continue
		}
		c.least = r.LeastDifference
		if c.exact == nil {
			c.least = math.Log1p(cmp.Or(r.LeastDifference, plan.DefaultLeastDifference))
		}
		out = append(out, c)
	}
	switch {
	case !matched:
		return nil, fmt.Errorf("no cell matches %s; `pushbench run SCENARIO --dry-run` lists the cells", about(r))
	case len(out) > 0:
		return out, nil
	case slices.ContainsFunc(pairs, func(p cellPair) bool { return onLoopback(m.Name, p.head) }):
		return nil, errors.New("every cell it matches is on loopback, whose packets are no network's: take network veth")
	case m.Timed:
		return nil, errors.New("no cell it matches has latencies: saturated cells have none")
	}
	return nil, errors.New("the load determines it in no cell it matches, and neither way is better: there is nothing to hold it to")
}

// onLoopback tells that a metric is about packets, and the cell has no real ones.
func onLoopback(metric string, c plan.Cell) bool {
	return slices.Contains([]string{"segments_per_message", "wire_bytes_per_message"}, metric) && c.Factors.Text("network") == "loopback"
}

// CheckMetric tells why no rule can be about a metric, or nil.
func CheckMetric(name string) error {
	_, err := metric(name)
	return err
}

// Check tells why a rule could decide nothing in these cells, or nil.
func Check(r plan.Rule, cells []plan.Cell) error {
	pairs := make([]cellPair, len(cells))
	for i, c := range cells {
		pairs[i] = cellPair{base: c, head: c, name: c.ID}
	}
	_, err := resolve(0, r, pairs)
	return err
}

// metric returns a metric that a rule can be about.
func metric(name string) (plan.Metric, error) {
	m, ok := plan.MetricNamed(name)
	switch {
	case !ok:
		return m, errors.New("there is no such metric; docs/metrics.md lists them")
	case strings.Contains(name, "_max_"):
		return m, errors.New("a maximum has no interval: nothing in the blocks at hand bounds the next; take a percentile")
	}
	return m, nil
}

func confidence(r plan.Rule) float64 { return cmp.Or(r.Confidence, plan.DefaultConfidence) }

// about words the cells a rule asks for.
func about(r plan.Rule) string {
	var parts []string
	if r.Group != "" {
		parts = append(parts, "group "+r.Group)
	}
	for _, f := range plan.Factors {
		if values, ok := r.Cells[f.Name]; ok {
			var texts []string
			for _, v := range values {
				texts = append(texts, units.Value(f.Name, v))
			}
			parts = append(parts, f.Name+" "+strings.Join(texts, " or "))
		}
	}
	if len(parts) == 0 {
		return "it"
	}
	return strings.Join(parts, ", ")
}
