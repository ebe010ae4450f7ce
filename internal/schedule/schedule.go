// Package schedule says when each message of a stream is due. It is pure: times
// are nanoseconds since the start of the stream, and nothing here sleeps.
package schedule

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Never is the time of a message that does not come.
const Never = math.MaxInt64

// Arrivals yields the intended send times of one stream, in order. After the
// last it yields Never.
type Arrivals interface {
	Next() int64
}

// Constant spaces messages evenly at rate per second. Stream i of n is shifted
// by i/n of a period, so that streams of one server do not fire together.
func Constant(rate float64, i, n int) Arrivals {
	period := 1e9 / rate
	return &constant{period: period, phase: period * float64(i) / float64(n)}
}

type constant struct {
	period, phase float64
	n             float64
}

func (c *constant) Next() int64 {
	t := c.phase + c.n*c.period // from the count, so that rounding does not add up
	c.n++
	return int64(t)
}

// Poisson draws exponential gaps with a mean of 1/rate seconds: arrivals that
// know nothing of each other, as from many independent users.
func Poisson(rate float64, seed, stream uint64) Arrivals {
	return &poisson{mean: 1e9 / rate, rng: rand.New(rand.NewPCG(seed, stream))}
}

type poisson struct {
	mean, at float64
	rng      *rand.Rand
}

func (p *poisson) Next() int64 {
	p.at += p.mean * p.rng.ExpFloat64()
	return int64(p.at)
}

// New returns stream i of n of the named arrival process.
func New(arrival string, rate float64, seed uint64, i, n int) (Arrivals, error) {
	switch arrival {
	case "constant":
		return Constant(rate, i, n), nil
	case "poisson":
		return Poisson(rate, seed, uint64(i)), nil
	}
	return nil, fmt.Errorf("no arrival process %q: there are constant and poisson", arrival)
}
