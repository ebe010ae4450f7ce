// Package schedule says when each message of a stream is due and how large it
// is. It is pure: times are nanoseconds since the start of the stream, and
// nothing here sleeps.
package schedule

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Never is the time of a message that does not come.
const Never = math.MaxInt64

// An Arrival is one message: its intended send time and its size in bytes.
type Arrival struct {
	At   int64
	Size int
}

// Arrivals yields the messages of one stream in the order of their times. After
// the last it yields one due Never.
type Arrivals interface {
	Next() Arrival
}

// A Spec describes the streams of a load.
type Spec struct {
	Process string  // "constant", "poisson", "burst" or "replay"
	Rate    float64 // messages per second and stream
	Size    int     // of a message; a replay has its own
	Burst   int     // messages at once
	Replay  string  // file of times and sizes
	Seed    uint64
}

// Stream returns stream i of n.
func (s Spec) Stream(i, n int) (Arrivals, error) {
	switch s.Process {
	case "constant":
		return Constant(s.Rate, s.Size, i, n), nil
	case "poisson":
		return Poisson(s.Rate, s.Size, s.Seed, uint64(i)), nil
	case "burst":
		return Bursts(s.Rate, s.Size, s.Burst, i, n), nil
	case "replay":
		return OpenReplay(s.Replay)
	}
	return nil, fmt.Errorf("no arrival process %q: there are constant, poisson, burst and replay", s.Process)
}

// Constant spaces messages evenly at rate per second. Stream i of n is shifted
// by i/n of a period, so that streams of one server do not fire together.
func Constant(rate float64, size, i, n int) Arrivals {
	return Bursts(rate, size, 1, i, n)
}

// ConstantFrom is Constant for one stream, from message first on, whose time stays
// what it was: for readers that join later.
func ConstantFrom(rate float64, size int, first uint64) Arrivals {
	return &bursts{period: 1e9 / rate, burst: 1, n: int64(first), size: size}
}

// ConstantBy is how many messages of a Constant stream are due by a time since its
// start.
func ConstantBy(rate float64, at int64) uint64 {
	if at < 0 {
		return 0
	}
	period := 1e9 / rate
	n := int64(float64(at) / period)
	for int64(float64(n)*period) <= at { // as Next rounds
		n++
	}
	return uint64(n)
}

// Bursts sends burst messages at once and then pauses, so that the mean is rate
// per second. Stream i of n is shifted by i/n of the time between bursts.
func Bursts(rate float64, size, burst, i, n int) Arrivals {
	period := 1e9 * float64(burst) / rate
	return &bursts{period: period, phase: period * float64(i) / float64(n), burst: int64(burst), size: size}
}

type bursts struct {
	period, phase float64
	burst, n      int64
	size          int
}

func (b *bursts) Next() Arrival {
	t := b.phase + float64(b.n/b.burst)*b.period // from the count, so that rounding does not add up
	b.n++
	return Arrival{int64(t), b.size}
}

// Poisson draws exponential gaps with a mean of 1/rate seconds: arrivals that
// know nothing of each other, as from many independent users.
func Poisson(rate float64, size int, seed, stream uint64) Arrivals {
	return &poisson{mean: 1e9 / rate, size: size, rng: rand.New(rand.NewPCG(seed, stream))}
}

type poisson struct {
	mean, at float64
	size     int
	rng      *rand.Rand
}

func (p *poisson) Next() Arrival {
	p.at += p.mean * p.rng.ExpFloat64()
	return Arrival{int64(p.at), p.size}
}
