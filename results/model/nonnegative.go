package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// rounds of reweighting; it settles within a few.
const rounds = 12

// tolerated is the relative error from which a cell counts less and less: some
// cells do what the model does not know of.
const tolerated = 0.1

// nonNegative fits values ≈ rows·x with x ≥ 0, by relative errors: least squares
// of them near zero, their absolute beyond tolerated (Huber's, by iteratively
// reweighted least squares).
func nonNegative(rows [][]float64, values []float64) []float64 {
	weights := slices.Repeat([]float64{1}, len(values))
	var x []float64
	for range rounds {
		x = activeSet(rows, values, weights)
		for i, row := range rows {
			weights[i] = 1
			if e := math.Abs(dot(x, row)/values[i] - 1); e > tolerated {
				weights[i] = math.Sqrt(tolerated / e)
			}
		}
	}
	return x
}

// activeSet solves by leaving out what would be negative, the most negative
// first; with so few columns that finds the solution, or one near it.
func activeSet(rows [][]float64, values, weights []float64) []float64 {
	columns := len(rows[0])
	x := make([]float64, columns)
	var in []int
	for c := range columns {
		if slices.ContainsFunc(rows, func(r []float64) bool { return r[c] != 0 }) {
			in = append(in, c)
		}
	}
	for len(in) > 0 {
		got, ok := solve(rows, values, weights, in)
		worst := 0
		for i := range got {
			if got[i] < got[worst] {
				worst = i
			}
		}
		if ok && got[worst] >= 0 {
			for i, c := range in {
				x[c] = got[i]
			}
			return x
		}
		if !ok {
			worst = len(in) - 1 // columns that cannot be told apart
		}
		in = slices.Delete(in, worst, worst+1)
	}
	return x
}

// solve is least squares over the given columns. Columns are scaled: a byte costs
// ten thousand times less than a call.
func solve(rows [][]float64, values, weights []float64, in []int) (x []float64, ok bool) {
	if len(rows) < len(in) {
		return nil, false
	}
	a := mat.NewDense(len(rows), len(in), nil)
	b := mat.NewVecDense(len(rows), nil)
	scale := make([]float64, len(in))
	for i, row := range rows {
		for j, c := range in {
			scale[j] = max(scale[j], row[c]/values[i])
		}
	}
	for i, row := range rows {
		for j, c := range in {
			a.Set(i, j, weights[i]*row[c]/values[i]/scale[j])
		}
		b.SetVec(i, weights[i])
	}
	var out mat.VecDense
	if err := out.SolveVec(a, b); err != nil {
		return nil, false
	}
	x = make([]float64, len(in))
	for j := range in {
		x[j] = out.AtVec(j) / scale[j]
	}
	return x, true
}
