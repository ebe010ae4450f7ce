package stats

import (
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/internal/plan"
)

// Base returns the cell that c is compared with: it has the comparison's base
// value and agrees on every other factor that applies to both. Of several, the
// one that shares most factors counts. ok is false where c is no subject of the
// comparison: outside its group, without its factor, or a base itself.
func Base(p plan.Plan, cmp plan.Compare, c plan.Cell) (base plan.Cell, ok bool, err error) {
	v, applies := c.Factors[cmp.Factor]
	if !applies || v == cmp.Base || !inGroup(c, cmp.Group) {
		return plan.Cell{}, false, nil
	}
	most, tied := -1, false
	for _, b := range p.Cells {
		if b.Factors[cmp.Factor] != cmp.Base || !inGroup(b, cmp.Group) || !together(b, c) {
			continue
		}
		n, agree := shared(b, c, cmp.Factor)
		switch {
		case !agree || n < most:
		case n == most:
			tied = true
		default:
			base, most, tied = b, n, false
		}
	}
	if most < 0 {
		return plan.Cell{}, true, fmt.Errorf("no cell with %s=%v agrees with it on the factors that apply to both", cmp.Factor, cmp.Base)
	}
	if tied {
		return plan.Cell{}, true, fmt.Errorf("several cells with %s=%v agree with it equally well", cmp.Factor, cmp.Base)
	}
	return base, true, nil
}

// shared counts the factors, but for one, that apply to both cells; agree tells
// whether their values are equal.
func shared(a, b plan.Cell, but string) (n int, agree bool) {
	for name, x := range a.Factors {
		y, ok := b.Factors[name]
		if !ok || name == but {
			continue
		}
		if x != y {
			return 0, false
		}
		n++
	}
	return n, true
}

func inGroup(c plan.Cell, group string) bool {
	return group == "" || slices.Contains(c.Groups, group)
}

// together tells whether two cells share a group; cells of a scenario without
// groups all do.
func together(a, b plan.Cell) bool {
	if len(a.Groups) == 0 && len(b.Groups) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Groups, func(g string) bool { return slices.Contains(b.Groups, g) })
}
