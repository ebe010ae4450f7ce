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
	// used is how much of a limit is reached, by the limit.
	used map[Limit]float64
}

// Fit finds the constants from cells that were measured.
func Fit(cells []Observation) *Model {
	m := &Model{time: map[string][]float64{}, cpu: map[string][]float64{}, used: map[Limit]float64{}}
	shares := map[Limit][]float64{}
	of := map[string][]Observation{}
	for _, o := range cells {
		c := o.class()
		of[c] = append(of[c], o)
		if o.limit != "" && o.limit != Offered && o.Rate > 0 {
			shares[o.limit] = append(shares[o.limit], o.Rate/o.most)
		}
	}
	for limit, s := range shares {
		m.used[limit] = median(s)
	}
	for class, all := range of {
		if all[0].saturated() {
			m.time[class] = fit(all, func(o Observation) float64 { return 1 / o.Rate })
		}
		m.cpu[class] = fit(all, func(o Observation) float64 { return o.CPU })
	}
	return m
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
	if len(rows) < len(amountNames)/2 {
		return nil
	}
	return nonNegative(rows, values)
}

// Predict says what a cell should do.
func (m *Model) Predict(s Shape) Prediction {
	p := Prediction{Rate: math.Inf(1), CPU: math.NaN(), Limits: ""}
	class := s.class()
	if s.most > 0 {
		used, fitted := m.used[s.limit]
		if s.limit == Offered {
			used, fitted = 1, true
		}
		if fitted {
			p.Rate, p.Limits = used*s.most, s.limit
		}
	}
	// As fast as the server, or the emulator, can; a link's cells borrow from those
	// of the nearest network without a limit.
	for _, open := range s.openClasses() {
		c := m.time[open]
		if c == nil {
			continue
		}
		if r := 1 / dot(c, s.amounts()); r < p.Rate {
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
	s.at = p.Rate
	if c := m.cpu[class]; c != nil {
		p.CPU = dot(c, s.amounts())
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

