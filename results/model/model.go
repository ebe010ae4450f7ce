// Package model predicts what a cell of a run costs, from a few measured
// constants: what a message, a write call, a byte and a wake-up cost the server,
// and what the link allows.
//
//	time per message = Σ constant × amount     amounts follow from the factors
//	throughput       = the least of 1/time, the link's limit, and what was asked for
//
// The model is for finding out what limits a cell. Where prediction and measurement
// differ widely, something happens that it does not know of.
package model

import (
	"math"
)

// A Limit is what keeps a cell from being faster.
type Limit string

// The limits.
const (
	Server   Limit = "server CPU"
	Emulator Limit = "emulator"
	Rate     Limit = "link rate"
	Window   Limit = "window in each round trip"
	Loss     Limit = "loss"
	Offered  Limit = "offered load"
)

// A Constant is one fitted cost, in seconds for each of an amount.
type Constant struct {
	Class  string  `json:"class"`  // of cells it holds for
	Of     string  `json:"of"`     // "time" a message takes, or "cpu" of the server
	Amount string  `json:"amount"` // such as "call"
	Value  float64 `json:"seconds"`
}

// A Prediction is in messages per second and in CPU seconds a message; NaN where
// too few cells of the kind were measured to fit its constants.
type Prediction struct {
	Rate   float64
	CPU    float64
	Limits Limit
}

// A Model has constants for some classes of cells.
type Model struct {
	time map[string][]float64 // seconds a message takes, by class
	cpu  map[string][]float64
	used map[Limit]float64 // how much of a limit is reached
	slow track
}

// settles is after how many rounds constants and speed agree.
const settles = 4

// Fit finds the constants from cells that were measured, and with them how the
// speed of the machine changed meanwhile.
func Fit(cells []Observation) *Model {
	m := &Model{}
	for range settles {
		steady := make([]Observation, len(cells))
		for i, o := range cells {
			steady[i] = m.slow.without(o)
		}
		m.constants(steady)
		m.slow = m.track(cells)
	}
	return m
}

func (m *Model) constants(cells []Observation) {
	m.time, m.cpu, m.used = map[string][]float64{}, map[string][]float64{}, map[Limit]float64{Offered: 1}
	of := map[string][]Observation{}
	shares := map[Limit][]float64{}
	for _, o := range cells {
		of[o.class()] = append(of[o.class()], o)
		if limit, share, ok := o.binding(); ok {
			shares[limit] = append(shares[limit], share)
		}
	}
	for limit, s := range shares {
		m.used[limit] = median(s)
	}
	time := func(o Observation) float64 { return 1 / o.Rate }
	cpu := func(o Observation) float64 { return o.CPU }
	open := of[loopbackClass]
	open = append(append(open, of[vethClass]...), of[emulatorClass]...)
	m.time = fitOpen(open, time)
	m.cpu = fitOpen(open, cpu)
	for _, class := range []string{linkClass, pacedClass} {
		m.cpu[class] = fit(of[class], cpu)
	}
}

// fitOpen fits cells that nothing but the server limits. What it does by itself
// with a message costs the same on every network: those constants are shared.
func fitOpen(cells []Observation, y func(Observation) float64) map[string][]float64 {
	var wide [][]float64
	var values []float64
	for _, o := range cells {
		if v := y(o); v > 0 && !math.IsInf(v, 1) {
			wide = append(wide, widen(o))
			values = append(values, v)
		}
	}
	out := map[string][]float64{}
	if len(wide) < leastCells {
		return out
	}
	x := nonNegative(wide, values)
	for i, class := range openClasses {
		if c := ownAt(i); x[c] > 0 || x[c+1] > 0 {
			out[class] = []float64{x[0], x[1], x[c], x[c+1], 0, 0}
		}
	}
	return out
}

// widen is a row with the shared amounts, then a call and a byte for each class.
func widen(o Observation) []float64 {
	row := make([]float64, ownAt(len(openClasses)))
	row[0], row[1] = o.copied, o.listed
	for i, class := range openClasses {
		if class == o.class() {
			row[ownAt(i)], row[ownAt(i)+1] = o.calls, o.frame
		}
	}
	return row
}

// ownAt is where a row has the amounts of the i-th class.
func ownAt(i int) int { return 2 + 2*i }

// leastCells is how many cells a fit needs: fewer would say more about chance than
// about costs.
const leastCells = 6

// track compares each trial of cells that nothing but the server limits with what
// the constants say.
func (m *Model) track(cells []Observation) (t track) {
	for _, o := range cells {
		c := m.cpu[o.class()]
		if !o.saturated() || c == nil {
			continue
		}
		for _, s := range o.Samples {
			if want := dot(c, o.amounts()); s.CPU > 0 && want > 0 {
				t = append(t, mark{s.At, math.Log(s.CPU / want)})
			}
		}
	}
	return t
}

// fit is nil where there are too few cells for the constants.
func fit(cells []Observation, y func(Observation) float64) []float64 {
	var rows [][]float64
	var values []float64
	for _, o := range cells {
		if v := y(o); v > 0 && !math.IsInf(v, 1) {
			rows = append(rows, o.amounts())
			values = append(values, v)
		}
	}
	if len(rows) < leastCells {
		return nil
	}
	return nonNegative(rows, values)
}

// Predict says what a cell should do while the machine has its usual speed.
func (m *Model) Predict(s Shape) Prediction {
	p := Prediction{Rate: math.Inf(1), CPU: math.NaN()}
	for _, b := range s.bounds {
		if used, ok := m.used[b.Limit]; ok && used*b.Most < p.Rate {
			p.Rate, p.Limits = used*b.Most, b.Limit
		}
	}
	class := s.class()
	// As fast as the server, or the emulator, can: a link's cells borrow from those
	// of the nearest network without a limit.
	for _, open := range s.asOpen() {
		c := m.time[open]
		if c == nil {
			continue
		}
		if r := 1 / dot(c, s.flatOut()); r < p.Rate {
			p.Rate, p.Limits, class = r, Server, open
			if open == emulatorClass {
				p.Limits = Emulator
			}
		}
		break
	}
	if math.IsInf(p.Rate, 1) {
		p.Rate = math.NaN()
		return p
	}
	amounts := s.flatOut()
	if class == linkClass || class == pacedClass {
		amounts = s.amountsAt(p.Rate)
	}
	if c := m.cpu[class]; c != nil {
		p.CPU = dot(c, amounts)
	}
	return p
}

// PredictDuring is Predict for the trials of an observation: what the machine's
// speed, as other cells' trials tell it, did to each of them is done to the
// prediction.
func (m *Model) PredictDuring(o Observation) Prediction {
	p, usual := m.Predict(o.Shape), m.slow.without(o)
	if usual.Rate > 0 {
		p.Rate *= o.Rate / usual.Rate
	}
	if usual.CPU > 0 {
		p.CPU *= o.CPU / usual.CPU
	}
	return p
}

// Constants lists what was fitted, in order.
func (m *Model) Constants() (out []Constant) {
	for _, class := range classes {
		for _, part := range []struct {
			of     string
			values map[string][]float64
		}{{"time", m.time}, {"cpu", m.cpu}} {
			for i, v := range part.values[class] {
				if v > 0 {
					out = append(out, Constant{class, part.of, amountNames[i], v})
				}
			}
		}
	}
	return out
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
