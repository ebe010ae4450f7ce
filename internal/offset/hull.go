package offset

import "math"

// A point is a limit y of the offset at a local time x, both in nanoseconds from
// the first sample.
type point struct{ x, y float64 }

// A hull keeps those limits that some line can touch without passing another:
// the convex hull from below of upper limits (sign 1), from above of lower ones
// (sign -1). Points come in order of x, which makes adding one cheap and the hull
// small.
type hull struct {
	points []point
	sign   float64
}

func (h *hull) add(p point) {
	for n := len(h.points); n > 0; n = len(h.points) {
		last := h.points[n-1]
		switch {
		case p.x <= last.x && h.sign*p.y >= h.sign*last.y:
			return // no tighter
		case p.x <= last.x:
		case n == 1 || h.turns(h.points[n-2], last, p):
			h.points = append(h.points, p)
			return
		}
		h.points = h.points[:n-1]
	}
	h.points = append(h.points, p)
}

// turns tells whether b lies on the limiting side of the line from a to c.
func (h *hull) turns(a, b, c point) bool {
	return h.sign*((b.y-a.y)*(c.x-a.x)-(c.y-a.y)*(b.x-a.x)) < 0
}

// at is the outermost value at x of a line with that slope within the limits.
func (h *hull) at(x, slope float64) float64 {
	best := math.Inf(1)
	for _, p := range h.points {
		best = min(best, h.sign*(p.y+slope*(x-p.x)))
	}
	return h.sign * best
}

// A fit is the set of lines within all limits. Where there is none, because the
// clocks changed their speed, the limits are moved apart: by what is missing, and
// then by as much as the best exchange leaves open.
type fit struct {
	upper, lower *hull
	least, most  float64 // slopes
	missing      float64
	slack        float64 // by which each limit was moved
}

// fit finds the slopes that some line within all limits has. The room between the
// limits is a concave function of the slope: it has one top, and falls on both
// sides of it.
func (e *Estimator) fit() fit {
	f := fit{upper: &e.upper, lower: &e.lower}
	room := func(slope float64) float64 { return e.upper.at(0, slope) - e.lower.at(0, slope) + 2*f.slack }
	top := topOf(room, -MaxDrift, MaxDrift)
	if r := room(top); r < 0 {
		f.missing = -r / 2
		f.slack = f.missing + float64(e.minRTT)/2
	}
	f.least = edge(room, top, -MaxDrift)
	f.most = edge(room, top, MaxDrift)
	return f
}

// highest is the largest offset at t that a line within the limits has.
func (f fit) highest(t float64) float64 {
	offset := func(slope float64) float64 { return f.upper.at(t, slope) + f.slack }
	return offset(topOf(offset, f.least, f.most))
}

// lowest is the smallest.
func (f fit) lowest(t float64) float64 {
	offset := func(slope float64) float64 { return f.lower.at(t, slope) - f.slack }
	return offset(topOf(func(slope float64) float64 { return -offset(slope) }, f.least, f.most))
}

// rounds narrow an interval of slopes to beyond what a float64 can tell.
const rounds = 120

// topOf is where a concave function has its top within [a, b].
func topOf(f func(float64) float64, a, b float64) float64 {
	for range rounds {
		c, d := a+(b-a)/3, b-(b-a)/3
		if f(c) < f(d) {
			a = c
		} else {
			b = d
		}
	}
	return (a + b) / 2
}

// edge is where a concave function that is not negative at the top becomes
// negative on the way to end, or end. What is returned is on the negative side,
// so that no slope is left out.
func edge(f func(float64) float64, top, end float64) float64 {
	if f(end) >= 0 {
		return end
	}
	in, out := top, end
	for range rounds {
		mid := (in + out) / 2
		if f(mid) >= 0 {
			in = mid
		} else {
			out = mid
		}
	}
	return out
}
