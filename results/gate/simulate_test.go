package gate

import (
	"math"
	"math/rand/v2"
)

// A noise draws the logarithms of one run's block ratios, centred on 0.
type noise struct {
	name string
	new  func(*rand.Rand) func() float64
}

func normal(sd float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 { return func() float64 { return sd * r.NormFloat64() } }
}

// student2 has no variance.
func student2(scale float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 {
		return func() float64 {
			a, b := r.NormFloat64(), r.NormFloat64()
			return scale * r.NormFloat64() / math.Sqrt((a*a+b*b)/2)
		}
	}
}

// stalls spoils one block in ten.
func stalls(sd, spoiled float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 {
		return func() float64 {
			if r.Float64() < 0.1 {
				return spoiled * r.NormFloat64()
			}
			return sd * r.NormFloat64()
		}
	}
}

// weather is a first-order autoregression: what one block was, the next half is.
func weather(sd, correlation float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 {
		x := sd * r.NormFloat64()
		return func() float64 {
			x = correlation*x + sd*math.Sqrt(1-correlation*correlation)*r.NormFloat64()
			return x
		}
	}
}

// twoSpeeds changes its scatter, in stretches of some ten blocks.
func twoSpeeds(calm, rough float64) func(*rand.Rand) func() float64 {
	return func(r *rand.Rand) func() float64 {
		sd, other := calm, rough
		return func() float64 {
			if r.Float64() < 0.1 {
				sd, other = other, sd
			}
			return sd * r.NormFloat64()
		}
	}
}

var independent = []noise{
	{"normal 1 %", normal(0.01)},
	{"normal 3 %", normal(0.03)},
	{"normal 6 %", normal(0.06)},
	{"Student t, 2 degrees, 2 %", student2(0.02)},
	{"normal 3 %, one block in ten 20 %", stalls(0.03, 0.2)},
	{"two speeds, 1 % and 6 %", twoSpeeds(0.01, 0.06)},
}

var drifting = []noise{
	{"autoregression 0.3, 3 %", weather(0.03, 0.3)},
	{"autoregression 0.6, 3 %", weather(0.03, 0.6)},
}

// draws gives run i of a case its own numbers, always the same.
func draws(n noise, i int) func() float64 {
	return n.new(rand.New(rand.NewPCG(20261124, uint64(i))))
}
