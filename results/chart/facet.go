package chart

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/results"
)

// What one panel can show before lines are hard to tell apart, and one picture
// before panels are too small.
const (
	maxSeries = 6
	maxPanels = 6
)

// A facet is the cells of one panel, sorted into series.
type facet struct {
	title string
	lines []line
}

// A line is the cells of one series, in the order of the horizontal axis.
type line struct {
	label string
	name  string // its value of the series factor alone
	style Style
	cells []results.Cell
	flat  bool // its cells do not have the factor of the horizontal axis
}

// domain returns the values of a factor in cells: numbers ascending, words and
// switches in the order of their first cell.
func domain(cells []results.Cell, factor string) []any {
	var out []any
	for _, c := range cells {
		if v, ok := c.Factors[factor]; ok && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b any) int {
		x, isNumber := a.(float64)
		y, alsoNumber := b.(float64)
		if isNumber && alsoNumber {
			return cmp.Compare(x, y)
		}
		return 0
	})
	return out
}

// varying lists the factors of which cells have more than one value.
func varying(cells []results.Cell) []string {
	var out []string
	for _, name := range factorsOf(cells) {
		if len(domain(cells, name)) > 1 {
			out = append(out, name)
		}
	}
	return out
}

// factorsOf lists the factors cells have, in the order of the table; what the
// table does not know comes last.
func factorsOf(cells []results.Cell) []string {
	present := map[string]bool{}
	for _, c := range cells {
		for name := range c.Factors {
			present[name] = true
		}
	}
	var out []string
	for _, f := range plan.Factors {
		if present[f.Name] {
			out = append(out, f.Name)
			delete(present, f.Name)
		}
	}
	return append(out, slices.Sorted(maps.Keys(present))...)
}

// key joins the values a cell has of some factors, for telling cells apart.
func key(c results.Cell, factors []string) string {
	var parts []string
	for _, f := range factors {
		if v, ok := c.Factors[f]; ok {
			parts = append(parts, named(f, v))
		}
	}
	return strings.Join(parts, ", ")
}

// arrange sorts cells into panels of series so that no cell is dropped and no
// two settings share a line. Factors beyond x and series are folded into the
// labels while lines stay few, else give a panel for each value. A cell to which
// a panel's factor does not apply is shown in every panel: it is the same there.
func arrange(cells []results.Cell, x, series string) []facet {
	var extras, panels []string
	for _, f := range varying(cells) {
		if f != x && f != series {
			extras = append(extras, f)
		}
	}
	for crowded(cells, x, series, extras, panels) && len(extras) > 0 {
		most := slices.MaxFunc(extras, func(a, b string) int {
			return cmp.Compare(len(domain(cells, a)), len(domain(cells, b)))
		})
		panels = append(panels, most)
		extras = slices.DeleteFunc(extras, func(f string) bool { return f == most })
	}
	var out []facet
	for _, p := range split(cells, panels) {
		out = append(out, facet{p.title, lines(p.cells, cells, x, series, extras)})
	}
	return out
}

// crowded tells whether a panel would have too many lines, or a value of the
// series factor more lines than there are dashes.
func crowded(cells []results.Cell, x, series string, extras, panels []string) bool {
	for _, p := range split(cells, panels) {
		ls := lines(p.cells, cells, x, series, extras)
		if len(ls) > maxSeries {
			return true
		}
		same := map[Style]int{}
		for _, l := range ls {
			l.style.Dash = 0
			if same[l.style]++; same[l.style] > len(dashes) {
				return true
			}
		}
	}
	return false
}

type part struct {
	title string
	cells []results.Cell
}

// split parts cells by every combination of the values of some factors that is
// measured.
func split(cells []results.Cell, factors []string) []part {
	parts := []part{{"", cells}}
	for _, f := range factors {
		var next []part
		for _, p := range parts {
			values := domain(p.cells, f)
			if len(values) == 0 { // the factor applies to none of them
				next = append(next, p)
			}
			for _, v := range values {
				title := strings.TrimPrefix(p.title+", "+named(f, v), ", ")
				var in []results.Cell
				for _, c := range p.cells {
					if own, ok := c.Factors[f]; !ok || own == v {
						in = append(in, c)
					}
				}
				next = append(next, part{title, in})
			}
		}
		parts = next
	}
	return parts
}

// lines sorts the cells of one panel into series; all are the cells of the
// chart, which settle the looks.
func lines(cells, all []results.Cell, x, series string, extras []string) []line {
	looks := domain(all, series)
	var out []line
	index := map[string]int{}
	for _, c := range cells {
		_, onAxis := c.Factors[x]
		flat := x != "" && !onAxis
		label := key(c, append([]string{series}, extras...))
		if series != "" {
			if _, ok := c.Factors[series]; !ok {
				label = strings.TrimPrefix(label+", no "+series, ", ")
			}
		}
		if flat {
			label = strings.TrimPrefix(label+", no "+words(x), ", ")
		}
		i, ok := index[label]
		if !ok {
			i = len(out)
			index[label] = i
			v := c.Factors[series]
			text, _ := v.(string)
			out = append(out, line{label: label, name: cmp.Or(key(c, []string{series}), label), flat: flat, style: seriesStyle(series, text, max(0, slices.Index(looks, v)))})
		}
		out[i].cells = append(out[i].cells, c)
	}
	slices.SortStableFunc(out, func(a, b line) int {
		return cmp.Compare(slices.Index(looks, a.cells[0].Factors[series]), slices.Index(looks, b.cells[0].Factors[series]))
	})
	same := map[Style]int{}
	for i := range out {
		look := out[i].style
		out[i].style.Dash = same[look] % len(dashes)
		same[look]++
		sortByX(out[i].cells, x)
	}
	return out
}

func sortByX(cells []results.Cell, x string) {
	slices.SortStableFunc(cells, func(a, b results.Cell) int {
		p, _ := a.Factors[x].(float64)
		q, _ := b.Factors[x].(float64)
		return cmp.Compare(p, q)
	})
}
