package chart

import "github.com/pushbench/pushbench/results"

// A Bound says what is known of a figure that the reader limited.
type Bound int

// The bounds. Either is a ratio of which both sides are bounds of the same kind:
// nothing is known of it but that the reader limited both.
const (
	Exact Bound = iota
	AtLeast
	AtMost
	Either
)

// words says a bound before a figure.
func (b Bound) words() string {
	return [...]string{"", "at least ", "at most ", "about "}[b]
}

// beyond says it behind the figure.
func (b Bound) beyond() string {
	return [...]string{"", " or more", " or less", ", give or take"}[b]
}

// and combines what two figures of one reading are.
func (b Bound) and(c Bound) Bound {
	switch {
	case b == c || c == Exact:
		return b
	case b == Exact:
		return c
	}
	return Either
}

// reversed is the bound of what falls as the figure grows.
func (b Bound) reversed() Bound {
	switch b {
	case AtLeast:
		return AtMost
	case AtMost:
		return AtLeast
	}
	return b
}

// boundOf tells on which side of a metric's figure the truth lies: a writer
// whom the reader did not limit would do better.
func boundOf(m results.Metric) Bound {
	switch {
	case !m.Censored:
		return Exact
	case m.Better == "higher":
		return AtLeast
	case m.Better == "lower":
		return AtMost
	}
	return Either
}

// ratioBound tells it of a ratio: it grows with the cell's figure and falls as
// that of the base grows.
func (in Input) ratioBound(r results.Ratio) Bound {
	if !r.Censored {
		return Exact
	}
	cell, base := boundOf(in.metricOf(r.Cell, r.Metric)), boundOf(in.metricOf(r.Base, r.Metric)).reversed()
	if cell == Exact && base == Exact { // stored without saying which side it was
		return Either
	}
	return cell.and(base)
}

func (in Input) metricOf(id, metric string) results.Metric {
	for _, c := range in.Cells {
		if c.ID == id {
			return c.Metrics[metric]
		}
	}
	return results.Metric{}
}
