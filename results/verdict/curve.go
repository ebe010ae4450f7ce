package verdict

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// A Curve is a ratio against message size with every other factor held.
type Curve struct {
	Where     string     `json:"where"`  // the other factors, in words
	Buffer    float64    `json:"buffer"` // bytes
	Points    []Point    `json:"points"`
	Crossings []Crossing `json:"crossings"`
}

// A Point is the ratio at one message size, in bytes.
type Point struct {
	Message float64 `json:"message"`
	Figure
}

// A Crossing is the message size, in bytes, at which the ratio passes the
// claimed value. Lo and Hi are where the ends of the intervals pass it; nil is
// beyond the sizes measured.
type Crossing struct {
	At float64  `json:"at"`
	Lo *float64 `json:"lo"`
	Hi *float64 `json:"hi"`
}

// curves sorts the ratios of one strategy to direct into curves, the one with
// most points first.
func curves(s results.Summary, strategy string, claimed float64) []Curve {
	cells := cellsOf(s)
	byRest := map[string]*Curve{}
	var order []string
	seen := map[string]bool{}
	for _, r := range s.Ratios {
		cell, base := cells[r.Cell], cells[r.Base]
		if r.Metric != goodput || cell.Factors["strategy"] != strategy || base.Factors["strategy"] != "direct" || seen[r.Cell] {
			continue
		}
		seen[r.Cell] = true
		where := rest(cell.Factors, strategy)
		c, ok := byRest[where]
		if !ok {
			c = &Curve{Where: where, Buffer: cell.Factors.Number("buffer"), Crossings: []Crossing{}}
			byRest[where] = c
			order = append(order, where)
		}
		message := cell.Factors.Number("message")
		f := Figure{
			Where: units.Size(message), Claimed: claimed, Half: halfRatio, Measured: r.Ratio, Lo: r.Lo, Hi: r.Hi,
			AtLeast: r.Censored && cell.Censored > 0, AtMost: r.Censored && base.Censored > 0,
		}
		c.Points = append(c.Points, Point{Message: message, Figure: f.placed()})
	}
	var out []Curve
	for _, where := range order {
		c := byRest[where]
		slices.SortFunc(c.Points, func(a, b Point) int { return cmp.Compare(a.Message, b.Message) })
		c.Crossings = append(c.Crossings, crossings(c.Points, claimed)...)
		out = append(out, *c)
	}
	slices.SortStableFunc(out, func(a, b Curve) int { return len(b.Points) - len(a.Points) })
	return out
}

// rest names the factors of a curve, but for the message: the buffer always,
// others where they are not the default.
func rest(v plan.Values, strategy string) string {
	parts := []string{strategy}
	for _, f := range plan.Factors {
		x, ok := v[f.Name]
		switch {
		case !ok, f.Name == "strategy", f.Name == "message", f.Name == "load":
			continue
		case f.Name == "flush" && x == "full":
			continue // what bufio does by itself
		case f.Name != "buffer" && x == f.Default:
			continue
		}
		parts = append(parts, f.Name+" "+units.Value(f.Name, x))
	}
	return strings.Join(parts, ", ")
}

// crossings finds where the ratio passes the claimed value between two sizes
// that surely lie on either side of it.
func crossings(points []Point, claimed float64) (out []Crossing) {
	var sure []Point
	for _, p := range points {
		if p.Place == Above || p.Place == Below {
			sure = append(sure, p)
		}
	}
	for i := 1; i < len(sure); i++ {
		a, b := sure[i-1], sure[i]
		if a.Place == b.Place {
			continue
		}
		span := between(points, a.Message, b.Message)
		at := pass(span, func(p Point) float64 { return p.Measured }, claimed)
		if at == nil {
			continue
		}
		c := Crossing{At: *at}
		lo := pass(span, func(p Point) float64 { return end(p.Lo) }, claimed)
		hi := pass(span, func(p Point) float64 { return end(p.Hi) }, claimed)
		if lo != nil && hi != nil {
			l, h := min(*lo, *hi), max(*lo, *hi)
			c.Lo, c.Hi = &l, &h
		}
		out = append(out, c)
	}
	return out
}

// between returns the points from one message size to another that have
// intervals.
func between(points []Point, from, to float64) (out []Point) {
	for _, p := range points {
		if p.Message >= from && p.Message <= to && p.Lo != nil && p.Hi != nil {
			out = append(out, p)
		}
	}
	return out
}

// pass returns where a curve through the points passes level: straight lines on
// logarithmic scales, on which both a ratio and a size are even. Nil: nowhere.
func pass(points []Point, y func(Point) float64, level float64) *float64 {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		da, db := math.Log(y(a)/level), math.Log(y(b)/level)
		if da*db > 0 || da == db || math.IsNaN(da) || math.IsNaN(db) {
			continue
		}
		x := math.Exp(math.Log(a.Message) + da/(da-db)*math.Log(b.Message/a.Message))
		return &x
	}
	return nil
}

func end(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}
