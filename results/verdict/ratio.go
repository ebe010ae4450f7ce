package verdict

import (
	"fmt"
	"math"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/internal/units"
	"github.com/pushbench/pushbench/results"
)

// claimedRatio is "bufio.Writer is 3.8 times faster than conn.Write".
const (
	claimedRatio = 3.8
	halfRatio    = 0.05
)

// measuresRatio: bufio is compared with direct at three message sizes or more.
func measuresRatio(p plan.Plan) bool {
	sizes := map[any]bool{}
	for _, c := range p.Cells {
		if c.Factors["strategy"] == "bufio" && !c.Timed() {
			sizes[c.Factors["message"]] = true
		}
	}
	return compares(p) && len(sizes) >= 3
}

// settleRatio looks for the claimed ratio on the surface over message size,
// buffer, reader and TCP_NODELAY. It holds if every interval contains it, holds
// when some do or a curve surely passes it, and does not hold if every ratio is
// surely another and no curve passes it.
func settleRatio(e Evidence) results.Verdict {
	s := e.Summary
	found := curves(s, "bufio", claimedRatio)
	var figures []Figure
	crossed := false
	for _, c := range found {
		for _, p := range c.Points {
			figures = append(figures, p.Figure)
		}
		crossed = crossed || len(c.Crossings) > 0
	}
	v := results.Verdict{Verdict: judge(figures), Evidence: map[string]any{"claimed": claimedRatio, "curves": found}}
	if crossed && v.Verdict != Holds {
		v.Verdict = HoldsWhen
	}
	v.Interval, v.Cause = headline(found), ratioCause(e, found)
	switch v.Verdict {
	case Undecided:
		v.Text = "no ratio of bufio to direct is known well enough: " + remedy(figures)
	case Holds:
		v.Text = fmt.Sprintf("bufio is %g× direct, within the uncertainty, in each of the %d cells compared", claimedRatio, len(figures))
	case Fails:
		v.Text = fmt.Sprintf("bufio is nowhere %g× direct here: %s", claimedRatio, ranges(found[0]))
	case HoldsWhen:
		in, out := region(found)
		v.When, v.Text = in, strings.Join(append([]string{sentence(found)}, out...), "; ")
	}
	return v
}

// headline is where the curve with most points passes the claimed ratio, or else the
// ratio of the point that comes nearest to it.
func headline(found []Curve) *results.Estimate {
	var near *Point
	for _, c := range found {
		for _, x := range c.Crossings {
			return &results.Estimate{What: fmt.Sprintf("message at which %s is %g× direct", c.Where, claimedRatio), Unit: "B", Median: x.At, Lo: x.Lo, Hi: x.Hi}
		}
		for i, p := range c.Points {
			if near == nil || apart(p.Measured) < apart(near.Measured) {
				near = &c.Points[i]
			}
		}
	}
	if near == nil {
		return nil
	}
	return &results.Estimate{What: "bufio over direct at " + near.Where, Unit: "×", Median: near.Measured, Lo: near.Lo, Hi: near.Hi}
}

func apart(ratio float64) float64 { return math.Abs(math.Log(ratio / claimedRatio)) }

// remedy says what it would take to settle figures that are unknown.
func remedy(figures []Figure) string {
	bare, bound := 0, 0
	for _, f := range figures {
		if f.Lo == nil {
			bare++
		} else if f.AtLeast || f.AtMost {
			bound++
		}
	}
	switch {
	case len(figures) == 0:
		return "none was measured"
	case bare > 0:
		return fmt.Sprintf("%d of %d have no interval; it takes at least 6 valid blocks (--blocks 6 or more, without --quick)", bare, len(figures))
	case bound > 0:
		return fmt.Sprintf("%d of %d are bounds because the reader limited the writer; it takes a faster reader (more cores, a larger read_size)", bound, len(figures))
	}
	return "the intervals are too wide; it takes more blocks or a quieter machine"
}

// sentence is the finding in one sentence: where the curve with most points
// passes the claimed ratio, and its range. Other curves are in the region.
func sentence(found []Curve) string {
	for _, c := range found {
		if len(c.Crossings) == 0 {
			continue
		}
		return fmt.Sprintf("%s is %g× direct at about %s here; %s", c.Where, claimedRatio, join(c.Crossings), ranges(c))
	}
	for _, c := range found {
		if at := inside(c); len(at) > 0 {
			return fmt.Sprintf("%s is %g× direct, within the uncertainty, at %s; %s", c.Where, claimedRatio, strings.Join(at, ", "), ranges(c))
		}
	}
	return ""
}

// region lists where the claimed ratio lies, and where it does not, one line a curve.
func region(found []Curve) (in, out []string) {
	for _, c := range found {
		at := inside(c)
		switch {
		case len(c.Crossings) > 0:
			in = append(in, fmt.Sprintf("%s: at about %s", c.Where, join(c.Crossings)))
		case len(at) > 0:
			in = append(in, fmt.Sprintf("%s: at %s", c.Where, strings.Join(at, ", ")))
		case len(c.Points) == 1:
			out = append(out, fmt.Sprintf("%s: not at %s", c.Where, c.Points[0].Where))
		default:
			out = append(out, fmt.Sprintf("%s: not between %s and %s", c.Where, c.Points[0].Where, c.Points[len(c.Points)-1].Where))
		}
	}
	return in, out
}

func inside(c Curve) (out []string) {
	for _, p := range c.Points {
		if p.Place == Inside {
			out = append(out, p.Where)
		}
	}
	return out
}

func join(crossings []Crossing) string {
	var parts []string
	for _, c := range crossings {
		text := bytes(c.At)
		if c.Lo != nil {
			text += fmt.Sprintf(" (%s–%s)", bytes(*c.Lo), bytes(*c.Hi))
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " and ")
}

// ranges says how far the ratio reaches over the sizes of a curve.
func ranges(c Curve) string {
	most, least := c.Points[0], c.Points[0]
	for _, p := range c.Points {
		if p.Measured > most.Measured {
			most = p
		}
		if p.Measured < least.Measured {
			least = p
		}
	}
	return fmt.Sprintf("it ranges from %s at %s to %s at %s", times(most.Figure), most.Where, times(least.Figure), least.Where)
}

// times writes a measured ratio, marked where it is a bound.
func times(f Figure) string {
	mark := ""
	switch {
	case f.AtLeast && f.AtMost:
		mark = "~"
	case f.AtLeast:
		mark = "≥"
	case f.AtMost:
		mark = "≤"
	}
	return mark + units.Digits(f.Measured, 2) + "×"
}

// bytes rounds an interpolated size to what it is worth: two digits or three.
func bytes(v float64) string {
	if v >= 1024 {
		return units.Digits(v/1024, 2) + " KiB"
	}
	return units.Digits(v, 2) + " B"
}
