package scenarios

import (
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/scenarios/quantity"
)

// A scope is the cells that comparisons and charts are about.
type scope struct {
	asked
	group  string // "" is all
	cells  []plan.Values
	broken bool // cells are missing because of mistakes reported already
	// servers are the user's, by name.
	servers map[string]plan.Server
}

// compareAll adds the scope's comparisons to the plan, and reports those that
// its cells cannot give.
func (sc scope) compareAll(l *log, p *plan.Plan) {
	for _, c := range sc.Compare {
		if !c.broken {
			sc.compare(l, p, c)
		}
	}
}

// chartAll does the same for charts; all comparisons are in the plan.
func (sc scope) chartAll(l *log, p *plan.Plan) {
	for _, c := range sc.Charts {
		if !c.broken {
			sc.chart(l, p, c)
		}
	}
}

func (sc scope) compare(l *log, p *plan.Plan, c comparison) {
	f, _ := plan.FactorNamed(c.Factor.text)
	base, err := parseValue(f, c.Base.text)
	if err != nil {
		l.add(c.Base.at, "%v", err)
		return
	}
	p.Compare = append(p.Compare, plan.Compare{Group: sc.group, Factor: f.Name, Base: base, Metric: c.Metric.text})
	if sc.broken || len(sc.cells) == 0 {
		return
	}
	sc.timed(l, c.Metric)
	if !hasFactor(sc.cells, f.Name) {
		l.add(c.Factor.at, "no cell has a %s: it needs %s", f.Name, needs(f.Name))
		return
	}
	if !agreesAny(sc.cells, f.Name, base) {
		l.add(c.Base.at, "no cell has %s %s to compare with; there are %s", f.Name, display(f, base), texts(sc.cells, f))
		return
	}
	sc.pair(l, p, c, base)
}

// pair reports a comparison that has nothing to compare, or two bases for a cell.
func (sc scope) pair(l *log, p *plan.Plan, c comparison, base any) {
	f, _ := plan.FactorNamed(c.Factor.text)
	paired, others := false, false
	for _, cell := range p.Cells {
		x, applies := cell.Factors[f.Name]
		if !applies || x == base || !sc.holds(cell) {
			continue
		}
		others = true
		bases := sc.bases(p, cell, f.Name, base)
		paired = paired || len(bases) > 0
		if len(bases) > 1 {
			l.add(c.at, "%s has more than one base, such as %s and %s; compare within groups that have one", cell.ID, bases[0].ID, bases[1].ID)
			return
		}
	}
	switch {
	case !others:
		l.add(c.at, "every cell has %s %s; there is nothing to compare with it", f.Name, display(f, base))
	case !paired:
		l.add(c.at, "no cell agrees with one of %s %s on every other factor", f.Name, display(f, base))
	}
}

// bases lists the cells with the base value that share a group with c and agree
// with it on every other factor that applies to both; of these, the ones that
// share the most factors with it.
func (sc scope) bases(p *plan.Plan, c plan.Cell, factor string, base any) (out []plan.Cell) {
	most := 0
	for _, b := range p.Cells {
		if b.Factors[factor] != base || !sc.holds(b) || !together(b, c) {
			continue
		}
		switch n, agree := shared(b.Factors, c.Factors, factor); {
		case !agree || n < most:
		case n > most:
			out, most = []plan.Cell{b}, n
		default:
			out = append(out, b)
		}
	}
	return out
}

// shared counts the factors, but for one, that apply to both; agree tells
// whether their values are equal.
func shared(a, b plan.Values, but string) (n int, agree bool) {
	for name, x := range a {
		y, both := b[name]
		switch {
		case !both || name == but:
		case x != y:
			return 0, false
		default:
			n++
		}
	}
	return n, true
}

func (sc scope) holds(c plan.Cell) bool {
	return sc.group == "" || slices.Contains(c.Groups, sc.group)
}

// together tells whether two cells share a group or the scenario has none.
func together(a, b plan.Cell) bool {
	return len(a.Groups) == 0 || slices.ContainsFunc(a.Groups, func(g string) bool { return slices.Contains(b.Groups, g) })
}

func agreesAny(cells []plan.Values, factor string, x any) bool {
	for _, v := range cells {
		if v[factor] == x {
			return true
		}
	}
	return false
}

func (sc scope) chart(l *log, p *plan.Plan, c chart) {
	kind, _ := plan.ChartKindNamed(c.Kind.text)
	out := plan.Chart{Kind: kind.Name, Group: sc.group, X: c.X.text, Series: c.Series.text, Metric: c.Metric.text, Mark: c.Mark.value}
	if out.Metric == "" {
		out.Metric = kind.Metric
	}
	p.Charts = append(p.Charts, out)
	switch {
	case kind.X && out.X == "":
		l.add(c.at, "a %s chart needs x, the factor on its horizontal axis", kind.Name)
	case out.X != "" && !kind.X:
		l.add(c.X.at, "a %s chart has percentiles on its horizontal axis and takes no x", kind.Name)
	case out.X != "" && out.X == out.Series:
		l.add(c.Series.at, "series and x are both %s; they tell different things apart", out.X)
	}
	if c.Metric.text != "" && kind.Metric == "" {
		l.add(c.Metric.at, "a %s chart takes no metric", kind.Name)
	}
	if sc.broken || len(sc.cells) == 0 {
		return
	}
	for _, r := range []raw{c.X.raw, c.Series.raw} {
		if r.text != "" && !hasFactor(sc.cells, r.text) {
			l.add(r.at, "no cell has a %s: it needs %s", r.text, needs(r.text))
		}
	}
	sc.timed(l, c.Metric)
	if kind.Timed && !sc.anyTimed() {
		l.add(c.Kind.at, "a %s chart needs cells with %s; saturated cells have no latency", kind.Name, openLoop)
	}
	if kind.Name == "ratio" && !compared(p, out) {
		l.add(c.Kind.at, "a ratio chart needs a compare of %s", out.Metric)
	}
}

// timed refuses metrics that only timed cells have where there are none.
func (sc scope) timed(l *log, name metricName) {
	if m, _ := plan.MetricNamed(name.text); m.Timed && !sc.anyTimed() {
		l.add(name.at, "no cell has %s: it needs %s", m.Name, openLoop)
	}
}

func (sc scope) anyTimed() bool {
	return slices.ContainsFunc(sc.cells, func(v plan.Values) bool {
		return plan.Cell{Factors: v, Stamped: sc.servers[v.Text("server")].Stamped()}.Timed()
	})
}

// compared tells whether the chart's ratio is asked for.
func compared(p *plan.Plan, c plan.Chart) bool {
	for _, r := range p.Compare {
		if r.Metric == c.Metric && (r.Group == "" || c.Group == "" || r.Group == c.Group) {
			return true
		}
	}
	return false
}

func display(f plan.Factor, v any) string { return quantity.Value(f.Kind, v) }
