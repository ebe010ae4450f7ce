package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// bare is the identity of a cell without the arm it was measured in.
func bare(c plan.Cell) string {
	if _, armed := c.Factors["arm"]; !armed {
		return c.ID
	}
	v := maps.Clone(c.Factors)
	delete(v, "arm")
	return v.ID()
}

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
// that the base alone has and a rule is about.
func between(base, head results.Manifest, rules []plan.Rule) (g *Gate, missing, notes []string, err error) {
	pairs, lost, notes := common(base.Plan, head.Plan)
	if len(pairs) == 0 {
		return nil, nil, nil, fmt.Errorf("the runs of %s and %s have no cell in common", base.Plan.Name, head.Plan.Name)
	}
	if g, err = gateOf(head.Plan, rules, pairs); err != nil {
		return nil, nil, nil, err
	}
	for _, c := range lost {
		if slices.ContainsFunc(rules, func(r plan.Rule) bool { return r.Matches(c) }) {
			missing = append(missing, bare(c))
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
// those that the base alone has.
func common(base, head plan.Plan) (pairs []cellPair, lost []plan.Cell, notes []string) {
	of := map[string]plan.Cell{}
	for _, c := range base.Cells {
		of[bare(c)] = c
	}
	var lone []string
	for _, c := range head.Cells {
		name := bare(c)
		if b, ok := of[name]; ok {
			pairs = append(pairs, cellPair{b, c, name})
			delete(of, name)
		} else {
			lone = append(lone, name)
		}
	}
	if len(lone) > 0 {
		notes = append(notes, fmt.Sprintf("left out, since the base lacks them: %s", few(lone)))
	}
	if len(of) > 0 {
		names := slices.Sorted(maps.Keys(of))
		notes = append(notes, fmt.Sprintf("left out, since the head lacks them: %s", few(names)))
		for _, name := range names {
			lost = append(lost, of[name])
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
