package scenarios

import (
	"cmp"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// What a scenario has where it says nothing.
const (
	defaultWarmup    = 0.2
	defaultWindow    = 0.5
	defaultMinBlocks = 6
	defaultMaxBlocks = 20
	defaultUntil     = 0.05
	defaultBudget    = 300
	defaultSeed      = 1
)

// resolve makes the plan. Where mistakes leave cells out, checks that would trip
// over their absence are left out too.
func (s *Scenario) resolve(l *log, opt Options, set []axis) plan.Plan {
	servers := s.doc.servers(l)
	p := plan.Plan{Name: s.Name, Title: s.Title, Seed: cmp.Or(opt.Seed, defaultSeed), Measure: s.measure(l)}
	all := scope{asked: s.doc.asked}
	if len(servers.names) > 0 {
		p.Servers = servers.plan(l)
	}
	all.servers = p.Servers
	var scopes []scope
	index := map[string]int{}     // of cells by ID
	least := map[string]quickly{} // of quick trials, by cell
	for _, g := range s.parts(l) {
		g.servers, g.only = servers, s.doc.Server.at != Pos{}
		sc := scope{group: g.name, asked: g.asked, broken: g.broken(), cells: g.expand(l, set), servers: p.Servers}
		s.addCells(&p, g, sc.cells, index)
		s.addQuick(least, g.times, sc.cells)
		all.cells = append(all.cells, sc.cells...)
		all.broken = all.broken || sc.broken
		if g.name != "" {
			scopes = append(scopes, sc)
		}
	}
	scopes = append(scopes, all)
	for _, sc := range scopes {
		sc.compareAll(l, &p)
		sc.gateAll(l, &p)
	}
	for _, sc := range scopes {
		sc.chartAll(l, &p)
	}
	for i, a := range set {
		if !hasFactor(all.cells, a.factor.Name) && len(l.errors) == 0 {
			l.errors = append(l.errors, Error{File: "--set " + opt.Set[i], What: "applies to no cell: it needs " + needs(a.factor.Name)})
		}
	}
	if set == nil && !all.broken {
		servers.unused(l, all.cells)
		servers.reachable(l, all.cells)
	}
	if opt.Quick {
		shorten(&p, least)
	}
	if opt.Blocks > 0 {
		fix(&p, opt.Blocks)
	}
	s.checkSize(l, p)
	return p
}

// parts lists where cells are written.
func (s *Scenario) parts(l *log) (out []part) {
	d := &s.doc
	if len(d.Groups) == 0 {
		return []part{{cells: d.cells, at: Pos{}, times: d.Measure.times}}
	}
	for _, at := range []struct {
		key string
		pos Pos
	}{{"matrix", d.Matrix.at}, {"load", d.Load.at}, {"cases", firstAt(d.Cases)}, {"exclude", firstAt(d.Exclude)}} {
		if at.pos != (Pos{}) {
			l.add(at.pos, "%s stands in a group where there are groups", at.key)
		}
	}
	seen := map[string]bool{}
	for _, g := range d.Groups {
		if g.Name.text == "" {
			continue // reported while reading
		}
		if seen[g.Name.text] {
			l.add(g.Name.at, "a second group named %s", g.Name.text)
			continue
		}
		seen[g.Name.text] = true
		out = append(out, part{cells: g.cells, asked: g.asked, name: g.Name.text, at: g.at, times: g.Measure})
	}
	return out
}

func firstAt(list []single) Pos {
	if len(list) == 0 {
		return Pos{}
	}
	return list[0].at
}

// addCells adds a part's cells to the plan. One that is there already joins
// this group too, and runs for the longer of the times asked for.
func (s *Scenario) addCells(p *plan.Plan, g part, cells []plan.Values, index map[string]int) {
	m := s.doc.Measure
	warmup := plan.Seconds(cmp.Or(g.times.Warmup.value, m.Warmup.value, defaultWarmup))
	window := plan.Seconds(cmp.Or(g.times.Window.value, m.Window.value, defaultWindow))
	for _, v := range cells {
		id := v.ID()
		i, there := index[id]
		if !there {
			i = len(p.Cells)
			index[id] = i
			p.Cells = append(p.Cells, plan.Cell{ID: id, Groups: []string{}, Factors: v, Stamped: p.Servers[v.Text("server")].Stamped()})
		}
		c := &p.Cells[i]
		c.Warmup, c.Window = max(c.Warmup, warmup), max(c.Window, window)
		settle(c, settleTrips, windowTrips)
		if g.name != "" {
			c.Groups = append(c.Groups, g.name)
		}
	}
}

// addQuick notes how long a part's cells must be measured in a quick run.
func (s *Scenario) addQuick(least map[string]quickly, t times, cells []plan.Values) {
	m := s.doc.Measure
	for _, v := range cells {
		q := least[v.ID()]
		q.warmup = max(q.warmup, plan.Seconds(cmp.Or(t.QuickWarmup.value, m.QuickWarmup.value, quickWarmup.Seconds())))
		q.window = max(q.window, plan.Seconds(cmp.Or(t.QuickWindow.value, m.QuickWindow.value, quickWindow.Seconds())))
		least[v.ID()] = q
	}
}

func (s *Scenario) measure(l *log) plan.Measure {
	m := s.doc.Measure
	least := int(cmp.Or(m.Blocks.Min.value, defaultMinBlocks))
	most := int(cmp.Or(m.Blocks.Max.value, float64(max(least, defaultMaxBlocks))))
	if most < least {
		l.add(m.Blocks.Max.at, "at most %d blocks and at least %d; make max at least min", most, least)
	}
	return plan.Measure{
		MinBlocks: least, MaxBlocks: most,
		Until:  cmp.Or(m.Until.value, defaultUntil),
		Budget: plan.Seconds(cmp.Or(m.Budget.value, defaultBudget)),
	}
}

// checkSize refuses plans with too many cells or too long for their budget.
func (s *Scenario) checkSize(l *log, p plan.Plan) {
	if len(p.Cells) > MaxCells {
		l.add(Pos{}, "%d cells in all groups; at most %d are run", len(p.Cells), MaxCells)
	}
	t := Estimate(p)
	if t.Least > p.Measure.Budget.Duration() {
		m := s.doc.Measure
		at := m.at
		if m.Budget.value != 0 {
			at = m.Budget.at
		}
		l.add(at, "%d blocks of %d cells take about %v, which is over the budget of %s; raise the budget, or take fewer cells, fewer blocks or shorter windows",
			p.Measure.MinBlocks, len(p.Cells), t.Least.Round(time.Second), quantity.Time.Format(float64(p.Measure.Budget)))
	}
}
