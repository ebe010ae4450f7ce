// Package gate decides from stored trials whether a head is worse than its base,
// by rules. All of it is pure: the same trials give the same decision, whenever
// and wherever they are looked at.
//
// A block is the sample: it gives each cell of the head one estimate of how far
// it is from its base. Counts that the load determines are compared exactly;
// everything else by an interval that stays right however often it is looked at.
package gate

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// Arms says which cells of a run are held against which: those that differ in
// one factor alone.
type Arms struct {
	Factor string
	Base   any // the factor's value of the base
	Head   any // the factor's value of the head; nil is every other value
}

// A Gate is a plan's rules, resolved to comparisons of cells.
type Gate struct {
	plan        plan.Plan
	arms        Arms
	comparisons []comparison
	intervals   int // comparisons that the confidence is split among
	once        bool
}

// A comparison holds one cell of the head against its base in one metric.
type comparison struct {
	rule   int
	metric plan.Metric
	base   plan.Cell
	head   plan.Cell
	name   string // of the cell, without the factor that tells the arms apart
	exact  *exact // nil: by an interval
	least  float64
	alpha  float64 // the interval misses the true ratio at most this often
	most   plan.Seconds
}

// New resolves the plan's rules, or the default ones where it has none. A rule
// that matches no cell, or a metric that cannot decide, is an error.
func New(p plan.Plan, arms Arms) (*Gate, error) { return With(p, Rules(p), arms) }

// With is New with rules in place of the plan's. The error joins all mistakes.
func With(p plan.Plan, rules []plan.Rule, arms Arms) (*Gate, error) {
	pairs, err := arms.pairs(p)
	if err != nil {
		return nil, err
	}
	g, err := gateOf(p, rules, pairs)
	if err != nil {
		return nil, err
	}
	g.arms = arms
	g.split(rules)
	return g, nil
}

// gateOf resolves the rules for pairs of cells.
func gateOf(p plan.Plan, rules []plan.Rule, pairs []cellPair) (*Gate, error) {
	g := &Gate{plan: p}
	var mistakes []error
	for i, r := range rules {
		cs, err := resolve(i, r, pairs)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("gate rule %d (%s): %w", i+1, r.Metric, err))
		}
		g.comparisons = append(g.comparisons, cs...)
	}
	if len(rules) == 0 {
		mistakes = append(mistakes, errors.New("there are no rules to compare by"))
	}
	return g, errors.Join(mistakes...)
}

// split divides what each rule may miss among all comparisons by interval
// (Bonferroni): however many there are, the chance that any of them is wrong
// stays below it. Exact comparisons take no share.
func (g *Gate) split(rules []plan.Rule) {
	for _, c := range g.comparisons {
		if c.exact == nil {
			g.intervals++
		}
	}
	for i := range g.comparisons {
		c := &g.comparisons[i]
		c.alpha = (1 - confidence(rules[c.rule])) / float64(max(1, g.intervals))
	}
}

// A cellPair is a cell of the head with its base.
type cellPair struct {
	base, head plan.Cell
	name       string
}

// pairs finds every cell of the head with its base.
func (a Arms) pairs(p plan.Plan) (out []cellPair, err error) {
	var lone []error
	for _, c := range p.Cells {
		if v, applies := c.Factors[a.Factor]; !applies || a.Head != nil && v != a.Head {
			continue
		}
		base, subject, err := stats.Base(p, plan.Compare{Factor: a.Factor, Base: a.Base}, c)
		switch {
		case !subject:
		case err != nil:
			lone = append(lone, fmt.Errorf("%s: %w", c.ID, err))
		default:
			out = append(out, cellPair{base, c, a.name(c)})
		}
	}
	if len(out) == 0 {
		lone = append(lone, fmt.Errorf("no cell can be held against one of %s=%v", a.Factor, a.Base))
		return nil, errors.Join(lone...)
	}
	return out, nil
}

// name is what both cells of a pair are called: the identity without the factor
// that tells them apart, where there is one head.
func (a Arms) name(c plan.Cell) string {
	if a.Head == nil {
		return c.ID
	}
	if a.Factor == plan.ArmFactor {
		return c.Unit()
	}
	v := maps.Clone(c.Factors)
	delete(v, a.Factor)
	return v.ID()
}

// Decide says what the trials settle so far. It looks after each block as if the
// others were still to come, and stays with the first look that settles a
// comparison.
func (g *Gate) Decide(trials []results.Trial) Decision {
	byCell := results.ByCell(trials)
	d := g.begin(fmt.Sprint(g.arms.Base), headName(g.arms))
	clock := newClock(trials)
	for _, c := range g.comparisons {
		d.Comparisons = append(d.Comparisons, g.one(c, pair(byCell[c.base.ID], byCell[c.head.ID], c.metric), clock))
	}
	return d.end(clock)
}

func (g *Gate) one(c comparison, pairs []blockPair, t clock) Comparison {
	if g.once {
		return c.once(pairs)
	}
	return c.decide(pairs, t)
}

func (g *Gate) begin(base, head string) Decision {
	return Decision{
		Schema: results.Schema, Scenario: g.plan.Name, Factor: g.arms.Factor, Base: base, Head: head,
		Intervals: g.intervals, Comparisons: []Comparison{},
	}
}

// end adds what follows from the comparisons.
func (d Decision) end(t clock) Decision {
	d.Blocks, d.Seconds = len(t.at), seconds(t.total())
	d.Verdict = worst(d.Comparisons)
	return d
}

func headName(a Arms) string {
	if a.Head == nil {
		return "every other"
	}
	return fmt.Sprint(a.Head)
}

// Once makes the gate look at the trials as a sample of fixed size, once: the
// intervals are narrower, and right only if nobody looked before.
func (g *Gate) Once() *Gate {
	h := *g
	h.once = true
	return &h
}

// Cells names the cells that the gate compares, each once.
func (g *Gate) Cells() (out []string) {
	for _, c := range g.comparisons {
		if !slices.Contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}
