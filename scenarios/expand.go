package scenarios

import (
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
)

// MaxCells is the most cells a matrix, or a scenario, may have.
const MaxCells = 10000

// A part is a group, or the scenario itself where it has none.
type part struct {
	cells
	asked
	name  string
	at    Pos
	times times
	// servers are the user's; only tells that every cell has the one there is
	// unless it says otherwise.
	servers programs
	only    bool
}

// broken tells whether mistakes were found where the cells are written.
func (g part) broken() bool {
	return g.Matrix.broken || g.Load.broken || anyBroken(g.Exclude) || anyBroken(g.Cases)
}

func anyBroken(list []single) bool {
	return slices.ContainsFunc(list, func(s single) bool { return s.broken })
}

// expand returns the factors of every cell of the part, each cell once. Cells
// that mistakes make uncertain are left out.
func (g part) expand(l *log, set []axis) []plan.Values {
	before := len(l.errors)
	x := expansion{log: l, part: g, set: set, seen: map[string]bool{}}
	if !x.named() {
		return nil
	}
	if !g.Matrix.broken && !g.Load.broken && !anyBroken(g.Exclude) {
		x.matrix()
	}
	for _, c := range g.Cases {
		if !c.broken && !g.Load.broken {
			x.single(c)
		}
	}
	if set == nil && !g.broken() {
		x.unused()
	}
	switch {
	case len(x.out) > 0 || len(l.errors) > before || g.broken():
	case len(g.Matrix.axes) == 0 && len(g.Cases) == 0 && !g.only:
		l.add(g.at, "no cells; give a matrix or cases")
	default:
		l.add(firstAt(g.Exclude), "no cells are left after exclude")
	}
	return x.out
}

// An expansion is the work of expand.
type expansion struct {
	*log
	part
	set  []axis
	seen map[string]bool
	out  []plan.Values
}

func (x *expansion) matrix() {
	if len(x.Matrix.axes) == 0 && !(x.only && len(x.Cases) == 0) {
		return
	}
	for _, a := range x.Matrix.axes {
		if axisOf(x.Load.axes, a.factor.Name) != nil {
			x.add(a.at, "%s is given in load and in matrix; keep one of them", a.factor.Name)
		}
	}
	axes := override(override(override(x.usual(), x.Load.axes), x.Matrix.axes), x.set)
	if !x.fits(axes, x.Matrix.at) {
		return
	}
	excluded := make([]bool, len(x.Exclude))
	product(axes, func(given plan.Values) {
		v := complete(given)
		for i, e := range x.Exclude {
			if agrees(v, e.axes) {
				excluded[i] = true
				return
			}
		}
		x.keep(v, axes)
	})
	for i, e := range x.Exclude {
		if !excluded[i] && x.set == nil {
			x.add(e.at, "excludes no cell of the matrix")
		}
	}
}

func (x *expansion) single(c single) {
	axes := override(override(override(x.usual(), x.Load.axes), c.axes), x.set)
	if !x.fits(axes, c.at) {
		return
	}
	product(axes, func(given plan.Values) {
		v := complete(given)
		x.keep(v, axes)
		for _, a := range c.axes {
			if _, applies := v[a.factor.Name]; !applies && x.set == nil {
				x.add(a.at, "%s has no effect here: it needs %s", a.factor.Name, needs(a.factor.Name))
			}
		}
	})
}

// fits refuses products that are too large before they are made.
func (x *expansion) fits(axes []axis, at Pos) bool {
	n := 1
	for _, a := range axes {
		if n *= len(a.values); n > MaxCells {
			x.add(at, "more than %d cells; take fewer values, or several groups with fewer combinations", MaxCells)
			return false
		}
	}
	return true
}

// keep adds a cell that is new, and reports what cannot be run.
func (x *expansion) keep(v plan.Values, axes []axis) {
	for _, c := range conflicts {
		if factor, what := c(v); what != "" {
			at := x.at
			if a := axisOf(axes, factor); a != nil {
				at = a.place(v[factor])
			}
			x.add(at, "%s; exclude it or change it", what)
			return
		}
	}
	if id := v.ID(); !x.seen[id] {
		x.seen[id] = true
		x.out = append(x.out, v)
	}
}

// unused reports settings of load that no cell has.
func (x *expansion) unused() {
	for _, a := range x.Load.axes {
		if len(x.out) > 0 && !hasFactor(x.out, a.factor.Name) {
			x.add(a.at, "%s has no effect here: it needs %s", a.factor.Name, needs(a.factor.Name))
		}
	}
}

func hasFactor(cells []plan.Values, factor string) bool {
	for _, v := range cells {
		if _, ok := v[factor]; ok {
			return true
		}
	}
	return false
}

// agrees tells whether a cell has every one of the settings.
func agrees(v plan.Values, settings []axis) bool {
	for _, a := range settings {
		if !a.has(v[a.factor.Name]) {
			return false
		}
	}
	return true
}

// override returns axes with those of by in place of the ones of that factor,
// further ones behind.
func override(axes, by []axis) []axis {
	out := append([]axis(nil), axes...)
	for _, a := range by {
		if old := axisOf(out, a.factor.Name); old != nil {
			*old = a
		} else {
			out = append(out, a)
		}
	}
	return out
}

func axisOf(axes []axis, factor string) *axis {
	for i := range axes {
		if axes[i].factor.Name == factor {
			return &axes[i]
		}
	}
	return nil
}

// place is where the value is written, or the factor.
func (a axis) place(v any) Pos {
	for _, x := range a.values {
		if x.v == v {
			return x.at
		}
	}
	return a.at
}

// product visits every combination, the last axis fastest.
func product(axes []axis, visit func(plan.Values)) {
	at := make([]int, len(axes))
	for {
		v := plan.Values{}
		for i, a := range axes {
			v[a.factor.Name] = a.values[at[i]].v
		}
		visit(v)
		i := len(axes) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(axes[i].values) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// texts writes the values that cells have of a factor.
func texts(cells []plan.Values, f plan.Factor) string {
	var out []string
	seen := map[any]bool{}
	for _, v := range cells {
		if x, ok := v[f.Name]; ok && !seen[x] {
			seen[x] = true
			out = append(out, display(f, x))
		}
	}
	return strings.Join(out, ", ")
}
