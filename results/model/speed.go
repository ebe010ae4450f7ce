package model

import (
	"math"
	"slices"
	"time"
)

// A Sample is one trial of a cell.
type Sample struct {
	At   time.Time
	Rate float64 // messages per second
	CPU  float64 // seconds of the server a message; 0 is unknown
}

// A track is how slow the machine was over time: a shared machine changes its
// speed from minute to minute, for all cells alike. It rests on the trials the
// model was fitted to, so that a prediction for another cell does not look at it.
type track []mark

// A mark is a trial that took exp(slow) times what the constants say.
type mark struct {
	at   time.Time
	slow float64
}

// near is how far in time a trial tells of another's speed, and nearest how many
// are asked at most.
const (
	near    = 15 * time.Second
	nearest = 9
)

// at is by which factor everything took longer at that time; 1 where nothing is
// known.
func (t track) at(when time.Time) float64 {
	distance := func(m mark) time.Duration { return m.at.Sub(when).Abs() }
	var close []mark
	for _, m := range t {
		if distance(m) <= near {
			close = append(close, m)
		}
	}
	slices.SortFunc(close, func(a, b mark) int { return int(distance(a) - distance(b)) })
	var slow []float64
	for _, m := range close[:min(len(close), nearest)] {
		slow = append(slow, m.slow)
	}
	return math.Exp(median(slow))
}

// without returns the observation as a machine of usual speed would have made it.
func (t track) without(o Observation) Observation {
	var rate, cpu []float64
	for _, s := range o.Samples {
		f := t.at(s.At)
		if o.saturated() {
			rate = append(rate, s.Rate*f)
		} else {
			rate = append(rate, s.Rate)
		}
		if s.CPU > 0 {
			cpu = append(cpu, s.CPU/f)
		}
	}
	o.Rate, o.CPU = median(rate), median(cpu)
	return o
}
