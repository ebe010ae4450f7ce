package chart

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// ratioTitle says where each series is at the mark; if none is, how far all
// stay from it; without a mark, between which ratios the widest series lies.
func (s *sweep) ratioTitle(panels []Panel, b base) string {
	mark := s.in.Chart.Mark
	if mark > 0 {
		if text := s.crossingTitle(panels, b); text != "" {
			return text
		}
	}
	top, low := s.extremes(panels)
	least := ", " + low.name + " "
	if low.name == top.name {
		least = " and "
	}
	figure := digits(mark, 3)
	most := top.name + s.ratioOf(reading(top.p), b) + s.atX(top.p) + " here"
	switch {
	case mark > 0 && top.p.Y < mark:
		return "Nothing here" + s.ratioOf(figure, b) + ": the most is " + reading(top.p) + "×, " + top.name + s.atX(top.p)
	case mark > 0 && low.p.Y > mark:
		return "Everything here" + s.ratioOf("more than "+figure, b) + ": the least is " + reading(low.p) + "×, " + low.name + s.atX(low.p)
	case mark > 0 && !s.lone(): // on both sides of it, but no line goes across
		return most + "; no line crosses " + figure + "×"
	case top == low:
		return most
	case s.lone():
		return most + least + reading(low.p) + "×"
	}
	return most + least + reading(low.p) + "×" + s.atX(low.p)
}

func reading(p Point) string {
	return p.Bound.words() + strings.TrimSuffix(times(p.Y, p.Lo, p.Hi), "×")
}

// atX words a point's place on the horizontal axis.
func (s *sweep) atX(p Point) string {
	for v, place := range s.places {
		if place == p.X {
			return at(s.in.Chart.X, value(s.in.Chart.X, v))
		}
	}
	return ""
}

// A namedPoint is a point and the name of its series.
type namedPoint struct {
	name string
	p    Point
}

// extremes returns the largest and the least ratio of all panels.
func (s *sweep) extremes(panels []Panel) (top, low namedPoint) {
	top.p.Y, low.p.Y = math.Inf(-1), math.Inf(1)
	for _, panel := range panels {
		for _, series := range panel.Series {
			for _, p := range series.Points {
				if p.Missing() {
					continue
				}
				name := series.Label
				if panel.Title != "" {
					name += " (" + panel.Title + ")"
				}
				if p.Y > top.p.Y {
					top = namedPoint{name, p}
				}
				if p.Y < low.p.Y {
					low = namedPoint{name, p}
				}
			}
		}
	}
	return top, low
}

// crossingTitle says where each series that crosses the mark does so, as a range
// where it has several lines; empty where none does.
func (s *sweep) crossingTitle(panels []Panel, b base) string {
	var names []string
	where, lines := map[string][]crossing{}, map[string]int{}
	for _, panel := range panels {
		for _, series := range panel.Series {
			xs := crossings(series, panel.X, s.in.Chart.Mark)
			if len(xs) == 0 {
				continue
			}
			if !slices.Contains(names, series.Name) {
				names = append(names, series.Name)
			}
			where[series.Name] = append(where[series.Name], xs...)
			lines[series.Name]++
		}
	}
	if len(names) == 0 {
		return ""
	}
	const told = 3
	parts := []string{names[0] + s.ratioOf(digits(s.in.Chart.Mark, 3), b) + s.whereabouts(where[names[0]], lines[names[0]] > 1) + " here"}
	for _, name := range names[1:min(told, len(names))] {
		parts = append(parts, name+s.whereabouts(where[name], lines[name] > 1))
	}
	if more := len(names) - told; more > 0 {
		parts = append(parts, plural(more, "other")+" elsewhere")
	}
	return strings.Join(parts, ", ")
}

// whereabouts words places on the horizontal axis, or the range they span.
func (s *sweep) whereabouts(xs []crossing, span bool) string {
	x := s.in.Chart.X
	slices.SortFunc(xs, func(a, b crossing) int { return cmp.Compare(a.at, b.at) })
	var labels []string
	for _, c := range xs {
		labels = append(labels, about(x, c.at)+c.bound.beyond())
	}
	labels = slices.Compact(labels)
	if span && len(labels) > 1 {
		return " between " + labels[0] + " and " + labels[len(labels)-1]
	}
	return at(x, list(labels))
}

// ratioOf words a ratio to the base: " is 3.8× direct", or by what metric it is
// where that is not goodput.
func (s *sweep) ratioOf(figure string, b base) string {
	if s.in.Chart.Metric == "goodput_bytes_per_second" {
		return " is " + figure + "× " + b.name
	}
	return " has " + figure + "× the " + lower(metricTitle(s.in.Chart.Metric)) + " of " + b.name
}
