package chart

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results"
)

// upwards is the factor on the vertical axis of a heatmap.
const upwards = "message"

// heatmap draws ratios to the base of the comparison as tiles, one panel for
// each setting of what is on neither axis.
func heatmap(in Input) ([]Figure, error) {
	b, ok := comparison(in)
	if !ok {
		return nil, fmt.Errorf("the scenario compares nothing by %s; add a compare, or give the chart the metric that is compared: %w", in.Chart.Metric, errNothing)
	}
	if in.Chart.X == upwards {
		return nil, fmt.Errorf("a heatmap has %s upwards; give it another factor as x", upwards)
	}
	ratios := ratiosTo(in, b)
	var cells []results.Cell
	for _, c := range in.Cells {
		_, across := c.Factors[in.Chart.X]
		_, up := c.Factors[upwards]
		if across && up && !b.is(c) {
			cells = append(cells, c)
		}
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("no cell but the base has both %s and %s: %w", in.Chart.X, upwards, errNothing)
	}
	s := &sweep{in: in, cells: cells, places: map[any]float64{}, pick: func(c results.Cell) (Point, bool) {
		r, ok := ratios[c.ID]
		return Point{Y: r.Ratio, Lo: r.Lo, Hi: r.Hi, Bound: in.ratioBound(r)}, ok && r.Ratio > 0
	}}
	s.byName()
	var others []string
	for _, f := range varying(cells) {
		if f != in.Chart.X && f != upwards {
			others = append(others, f)
		}
	}
	var panels []Panel
	var maps []Tiles
	extreme := math.Log(2) // a ratio of 2 or 1/2 is never drawn as the extreme
	parts := split(cells, others)
	for _, part := range parts {
		t := s.tiles(part.cells)
		for _, tile := range t.All {
			extreme = max(extreme, math.Abs(math.Log(tile.Y)))
		}
		title := part.title
		if len(parts) == 1 {
			title = "" // the subtitle says what all tiles share
		}
		panels = append(panels, Panel{Title: title, X: s.x, Y: t.Upwards})
		maps = append(maps, t)
	}
	if !slices.ContainsFunc(maps, func(t Tiles) bool { return len(t.All) > 0 }) {
		return nil, fmt.Errorf("no cell has a ratio to %s: %w", b.name, errNothing)
	}
	for i := range maps {
		maps[i].Extreme = extreme
		panels[i].Layers = []Layer{maps[i]}
		if mark := in.Chart.Mark; mark > 0 {
			panels[i].Layers = append(panels[i].Layers, Contour{maps[i], mark, digits(mark, 3) + "×"})
		}
	}
	what := subtitle(fmt.Sprintf("%s relative to %s, ratios taken within a block", metricTitle(in.Chart.Metric), b.name), cells, in.Chart.X, upwards)
	title := s.heatTitle(parts, maps, b)
	return paginate(panels, make([]facet, len(panels)), func(panels []Panel, _ []facet) Figure {
		return Figure{Title: title, Subtitle: what, Panels: panels, Notes: heatNotes(panels, in.Chart.Mark)}
	}), nil
}

// tiles sets the cells of one panel in their places.
func (s *sweep) tiles(cells []results.Cell) Tiles {
	rows := domain(s.cells, upwards)
	var names []string
	for _, v := range rows {
		names = append(names, value(upwards, v))
	}
	t := Tiles{Upwards: categoryAxis(factorTitle(upwards), names), All: map[[2]int]Point{}, Columns: len(s.places), Rows: len(rows)}
	for _, c := range cells {
		if p, ok := s.pick(c); ok {
			at := [2]int{int(s.places[c.Factors[s.in.Chart.X]]), slices.Index(rows, c.Factors[upwards])}
			t.All[at] = p
		}
	}
	return t
}

func heatNotes(panels []Panel, mark float64) []string {
	text := "Blue: above 1×, orange: below; equal steps of colour are equal ratios. Small: 95 % interval; tiles without one are hatched, a dot has no figure."
	if mark > 0 {
		text += " The line is read off between the middles of tiles."
	}
	for _, p := range panels {
		for _, l := range p.Layers {
			if t, ok := l.(Tiles); ok && t.limited() {
				return []string{text + " ≥ and ≤: bounds, the reader limited a side."}
			}
		}
	}
	return []string{text}
}

// heatTitle says between which messages the mark is crossed, of the panel where
// it is crossed farthest; where it is not, how close the ratios come.
func (s *sweep) heatTitle(parts []part, maps []Tiles, b base) string {
	rows, columns := domain(s.cells, upwards), domain(s.cells, s.in.Chart.X)
	type reach struct {
		size   float64
		column int
		part   int
	}
	var low, high *reach
	name := func(i int) string {
		if parts[i].title != "" {
			return parts[i].title
		}
		return named("strategy", parts[i].cells[0].Factors["strategy"])
	}
	if mark := s.in.Chart.Mark; mark > 0 {
		for i, t := range maps {
			if high != nil && high.part != i {
				break // one panel is enough for a title
			}
			for column := range columns {
				for _, y := range t.crossings(column, mark) {
					k := min(int(y), len(rows)-2)
					from, _ := rows[k].(float64)
					to, _ := rows[k+1].(float64)
					r := &reach{from * math.Pow(to/from, y-float64(k)), column, i}
					if low == nil || r.size < low.size {
						low = r
					}
					if high == nil || r.size > high.size {
						high = r
					}
				}
			}
		}
	}
	if high != nil {
		text := name(high.part) + s.ratioOf(digits(s.in.Chart.Mark, 3), b) + " here at " + about(upwards, high.size) + s.column(columns[high.column])
		if high.column != low.column && about(upwards, low.size) != about(upwards, high.size) {
			text += " and at " + about(upwards, low.size) + s.column(columns[low.column])
		}
		return text
	}
	var top, least Point
	var where, whereLeast string
	for i, t := range maps {
		for at, p := range t.All {
			place := name(i) + " at " + value(upwards, rows[at[1]]) + s.column(columns[at[0]])
			if where == "" || p.Y > top.Y {
				top, where = p, place
			}
			if whereLeast == "" || p.Y < least.Y {
				least, whereLeast = p, place
			}
		}
	}
	mark := digits(s.in.Chart.Mark, 3)
	switch {
	case s.in.Chart.Mark > 0 && top.Y < s.in.Chart.Mark:
		return "Nothing here" + s.ratioOf(mark, b) + ": the most is " + reading(top) + "×, " + where
	case s.in.Chart.Mark > 0 && least.Y > s.in.Chart.Mark:
		return "Everything here" + s.ratioOf("more than "+mark, b) + ": the least is " + reading(least) + "×, " + whereLeast
	}
	return "From " + reading(least) + "× " + b.name + " (" + whereLeast + ") to " + reading(top) + "× (" + where + ") here"
}

func (s *sweep) column(v any) string { return at(s.in.Chart.X, value(s.in.Chart.X, v)) }
