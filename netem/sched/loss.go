package sched

import "github.com/pushbench/pushbench/netem/profile"

// A losses is the state of a loss model with memory; its zero value is the good
// state, or state 1.
type losses struct {
	bad   bool // Gilbert–Elliott
	state int  // four-state, counted from 0
}

// next decides about one packet. Each model draws as sch_netem does: whether the
// packet is lost depends on the state it meets in Gilbert–Elliott, on the state
// it leads to in four-state.
func (l *losses) next(m *profile.Loss, draw func() float64) bool {
	switch {
	case m.GilbertElliott != nil:
		return l.gilbertElliott(m.GilbertElliott, draw)
	case m.FourState != nil:
		return l.fourState(m.FourState, draw())
	default:
		return m.Random > 0 && draw() < m.Random
	}
}

func (l *losses) gilbertElliott(g *profile.GilbertElliott, draw func() float64) bool {
	if l.bad {
		l.bad = draw() >= g.R
		return draw() < g.Bad
	}
	l.bad = draw() < g.P
	return draw() < g.Good
}

// The states of the four-state model.
const (
	gapReceived = iota
	burstReceived
	burstLost
	gapLost
)

func (l *losses) fourState(f *profile.FourState, u float64) bool {
	switch l.state {
	case gapReceived:
		switch {
		case u < f.P14:
			l.state = gapLost
		case u < f.P14+f.P13:
			l.state = burstLost
		}
	case burstReceived:
		if u < f.P23 {
			l.state = burstLost
		}
	case burstLost:
		switch {
		case u < f.P32:
			l.state = burstReceived
		case u < f.P32+f.P31:
			l.state = gapReceived
		}
	case gapLost:
		l.state = gapReceived
	}
	return l.state == burstLost || l.state == gapLost
}
