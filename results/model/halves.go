package model

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
)

// A Test is a cell whose prediction comes from constants that were fitted without
// it.
type Test struct {
	Observation
	Prediction
}

// Halves cuts each class in two, by chance but always alike, fits each half and
// predicts the other by it. Every cell is held out once.
func Halves(cells []Observation) []Test {
	of := map[string][]Observation{}
	for _, o := range cells {
		of[o.class()] = append(of[o.class()], o)
	}
	var half [2][]Observation
	for _, class := range classes {
		all := of[class]
		slices.SortFunc(all, func(a, b Observation) int { return cmp.Compare(hash(a.ID), hash(b.ID)) })
		for i, o := range all {
			half[i%2] = append(half[i%2], o)
		}
	}
	var out []Test
	for i := range half {
		m := Fit(half[1-i])
		for _, o := range half[i] {
			out = append(out, Test{o, m.PredictDuring(o)})
		}
	}
	slices.SortStableFunc(out, func(a, b Test) int {
		order := func(t Test) int { return slices.IndexFunc(cells, func(o Observation) bool { return o.ID == t.ID }) }
		return cmp.Compare(order(a), order(b))
	})
	return out
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// Errors are how far the prediction is from the measurement, relative to that: 0.2
// is a fifth too much. NaN is no prediction.
func (t Test) Errors() (rate, cpu float64) {
	return t.Prediction.Rate/t.Observation.Rate - 1, t.Prediction.CPU/t.Observation.CPU - 1
}

// Within tells whether a relative error is known and at most share.
func Within(e, share float64) bool { return math.Abs(e) <= share }
