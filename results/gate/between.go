package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// Between compares two runs by rules that New understands: cells of the same
// identity. They were measured at different times, so that the machine's weather
// counts as a difference, and timed metrics of two machines are not compared at
// all. What is left out is in the decision's notes.
func Between(base, head *results.Run, rules []plan.Rule) (Decision, error) {
	g, missing, notes, err := between(base.Manifest, head.Manifest, rules)
	if err != nil {
		return Decision{}, err
	}
	b, h := results.ByCell(base.Trials), results.ByCell(head.Trials)
	d := g.begin(base.Dir, head.Dir)
	d.Missing, d.Notes = missing, notes
	for _, c := range g.comparisons {
		d.Comparisons = append(d.Comparisons, c.unpaired(c.sampleOf(b[c.base.ID]), c.sampleOf(h[c.head.ID])))
	}
	clock := newClock(head.Trials)
	return d.end(clock), nil
}

// between resolves the rules for the cells that both runs have. missing are those
// that a rule is about and the head lacks, or measured for other times.
func between(base, head results.Manifest, rules []plan.Rule) (g *Gate, missing, notes []string, err error) {
	pairs, lost, notes := common(base.Plan, head.Plan)
	if len(pairs) == 0 {
		return nil, nil, nil, fmt.Errorf("the runs of %s and %s have no cell in common that was measured for the same times", base.Plan.Name, head.Plan.Name)
	}
	if g, err = gateOf(head.Plan, rules, pairs); err != nil {
		return nil, nil, nil, err
	}
	for _, c := range lost {
		if slices.ContainsFunc(rules, func(r plan.Rule) bool { return r.Matches(c) }) {
			missing = append(missing, c.Unit())
		}
	}
	left := g.keepCounted(base.Host, head.Host)
	if left != "" {
		notes = append(notes, left)
	}
	if len(g.comparisons) == 0 {
		return nil, nil, nil, fmt.Errorf("nothing can be compared: %s", strings.Join(notes, "; "))
	}
	g.split(rules)
	if g.intervals > 0 {
		notes = append(notes, "the runs were measured at different times: what the machine did otherwise in between counts as a difference")
	}
	return g, missing, notes, nil
}

// common pairs the cells that both plans have, and says which are left out; lost are
// those that the base alone has. Of arms, the heads are compared.
func common(base, head plan.Plan) (pairs []cellPair, lost []plan.Cell, notes []string) {
	of := map[string]plan.Cell{}
	for _, p := range alone(base) {
		of[p.name] = p.head
	}
	var lone, otherwise []string
	for _, p := range alone(head) {
		b, ok := of[p.name]
		switch {
		case !ok:
			lone = append(lone, p.name)
			continue
		case b.Warmup != p.head.Warmup || b.Window != p.head.Window:
			otherwise = append(otherwise, p.name)
			lost = append(lost, b)
		default:
			pairs = append(pairs, cellPair{b, p.head, p.name})
		}
		delete(of, p.name)
	}
	names := slices.Sorted(maps.Keys(of))
	for _, name := range names {
		lost = append(lost, of[name])
	}
	for _, left := range []struct {
		why   string
		names []string
	}{{"the base lacks them", lone}, {"the head lacks them", names}, {"they were warmed up or measured for other times", otherwise}} {
		if len(left.names) > 0 {
			notes = append(notes, fmt.Sprintf("left out, since %s: %s", left.why, few(left.names)))
		}
	}
	return pairs, lost, notes
}

// keepCounted leaves out what depends on the speed of a machine if there are two,
// and says so.
func (g *Gate) keepCounted(base, head results.Host) string {
	if base.ID == head.ID && base.ID != "" {
		return ""
	}
	var names []string
	g.comparisons = slices.DeleteFunc(g.comparisons, func(c comparison) bool {
		if !c.metric.Counted && !slices.Contains(names, c.metric.Name) {
			names = append(names, c.metric.Name)
		}
		return !c.metric.Counted
	})
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("left out, since the base was measured on another machine: %s", strings.Join(names, ", "))
}

// few lists some names and counts the rest.
func few(names []string) string {
	const shown = 4
	if len(names) <= shown {
		return strings.Join(names, "; ")
	}
	return strings.Join(names[:shown], "; ") + fmt.Sprintf(" and %d more", len(names)-shown)
}
