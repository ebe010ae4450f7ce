package gate

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
)

// A SelfTest is a gate whose end is known: the base against itself passes, and
// against itself made worse it fails.
type SelfTest struct {
	Inject  plan.Injection // nothing: it must pass
	Metrics []string       // in one of which it must be found
}

// harms are the ways to make a head worse and the metrics that show them.
var harms = []struct {
	metrics []string
	// that is surely beyond the least difference of a comparison
	beyond func(Comparison) plan.Injection
}{
	{[]string{"write_calls_per_message"}, func(c Comparison) plan.Injection {
		if c.Method != Exactly { // so many calls more are less than they scatter
			return plan.Injection{}
		}
		return plan.Injection{Write: int(min(100, math.Ceil(1/(2*c.LeastDifference))))}
	}},
	{[]string{"server_cpu_seconds_per_message", "goodput_bytes_per_second", "messages_per_second"}, func(c Comparison) plan.Injection {
		return plan.Injection{Share: 2 * c.LeastDifference}
	}},
	{[]string{"allocs_per_message"}, func(Comparison) plan.Injection { return plan.Injection{Alloc: 64} }},
	{[]string{"latency_p50_seconds", "latency_p90_seconds", "latency_p99_seconds"}, func(Comparison) plan.Injection {
		return plan.Injection{Flush: 0.001}
	}},
}

// SelfTests are what shows that the rules of a plan without arms work: the base
// against itself first. untested are metrics of its rules that nothing here makes
// worse.
func SelfTests(p plan.Plan) (tests []SelfTest, untested []string, err error) {
	g, err := New(p.WithArms(plan.DefaultTurns, plan.Arm{Name: plan.BaseArm}, plan.Arm{Name: plan.HeadArm}),
		Arms{Factor: plan.ArmFactor, Base: plan.BaseArm, Head: plan.HeadArm})
	if err != nil {
		return nil, nil, err
	}
	tests = []SelfTest{{}}
	tested := map[string]bool{}
	for _, h := range harms {
		t := SelfTest{}
		for _, c := range g.Decide(nil).Comparisons {
			if !slices.Contains(h.metrics, c.Metric) || !slices.ContainsFunc(p.Cells, func(cell plan.Cell) bool { return cell.ID == c.Cell && h.beyond(c).Touches(cell) }) {
				continue
			}
			t.Inject = worse(t.Inject, h.beyond(c))
			t.Metrics = append(t.Metrics, c.Metric)
			tested[c.Metric] = true
		}
		if len(t.Metrics) > 0 {
			t.Metrics = distinct(t.Metrics)
			tests = append(tests, t)
		}
	}
	for _, c := range g.Decide(nil).Comparisons {
		if !tested[c.Metric] {
			untested = append(untested, c.Metric)
		}
	}
	return tests, distinct(untested), nil
}

// worse joins what is beyond the least difference of one comparison with what is
// beyond that of another.
func worse(a, b plan.Injection) plan.Injection {
	if a.Write == 0 || b.Write != 0 && b.Write < a.Write {
		a.Write = b.Write
	}
	a.Share, a.Alloc, a.Flush = max(a.Share, b.Share), max(a.Alloc, b.Alloc), max(a.Flush, b.Flush)
	return a
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// Wanted is how its gate must end.
func (t SelfTest) Wanted() Verdict {
	if t.Inject == (plan.Injection{}) {
		return Same
	}
	return Worse
}

// Enough tells whether its gate has measured enough: until it has found what it
// must find, or is done.
func (t SelfTest) Enough(d Decision) bool { return d.Done() || t.Wanted() == Worse && t.found(d) }

// Verdict is how its gate ended. Something that must be found must be found in each of
// its metrics, in one cell at least; a base that is better than itself is a false alarm
// as well.
func (t SelfTest) Verdict(d Decision) Verdict {
	switch {
	case t.Wanted() == Same && d.Verdict == Same && d.Count(Better) > 0:
		return Better
	case t.Wanted() == Same:
		return d.Verdict
	case t.found(d):
		return Worse
	}
	v := Better
	for _, metric := range t.Metrics {
		if of := t.in(d, metric); worst(of) != Worse && badness[worst(of)] > badness[v] {
			v = worst(of)
		}
	}
	return v
}

func (t SelfTest) found(d Decision) bool {
	for _, metric := range t.Metrics {
		if worst(t.in(d, metric)) != Worse {
			return false
		}
	}
	return true
}

// in returns the comparisons in one metric.
func (t SelfTest) in(d Decision, metric string) []Comparison {
	return slices.DeleteFunc(slices.Clone(d.Comparisons), func(c Comparison) bool { return c.Metric != metric })
}
