package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// notes says what the drawing alone does not: what bands are, which points have
// none, which are bounds, and which are missing and why.
func (s *sweep) notes(facets []facet) []string {
	var bare, absent []string
	var banded, limited bool
	seen := map[string]bool{}
	for _, f := range facets {
		for _, l := range f.lines {
			for _, c := range l.cells {
				if seen[c.ID] {
					continue
				}
				seen[c.ID] = true
				p, ok := s.pick(c)
				limited = limited || p.Bound != Exact
				switch name := s.pointName(f, l, c); {
				case !ok:
					absent = append(absent, name+because(c, s.in.Chart.Metric))
				case p.interval():
					banded = true
				default:
					bare = append(bare, name)
				}
			}
		}
	}
	var out []string
	if banded {
		out = append(out, "Bands and bars: 95 % interval of the median over blocks.")
	}
	switch {
	case !banded && len(bare) > 0:
		out = append(out, "No intervals: they take at least 6 blocks.")
	case len(bare) > 0:
		out = append(out, "Without an interval: "+few(bare)+".")
	}
	if limited {
		out = append(out, "Hollow points are bounds, not figures: there the reader limited the writer, which may do better.")
	}
	if len(absent) > 0 {
		out = append(out, "No figure: "+few(absent)+".")
	}
	if len(out) == 0 {
		return nil
	}
	return []string{strings.Join(out, " ")}
}

func (s *sweep) pointName(f facet, l line, c results.Cell) string {
	name := l.label
	if v, ok := c.Factors[s.in.Chart.X]; ok {
		name += " at " + value(s.in.Chart.X, v)
	}
	if f.title != "" {
		name += " (" + f.title + ")"
	}
	return name
}

func because(c results.Cell, metric string) string {
	if why := c.Notes[metric]; why != "" {
		return ", " + why
	}
	return ""
}

// few lists some and counts the rest.
func few(names []string) string {
	const shown = 4
	if len(names) <= shown {
		return strings.Join(names, "; ")
	}
	return strings.Join(slices.Clone(names[:shown]), "; ") + fmt.Sprintf(" and %d more", len(names)-shown)
}
