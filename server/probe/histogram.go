package probe

import "math"

// Sizes counts sends by size: element i those of less than 2^i bytes and at least
// half of that, the last one all that are larger.
type Sizes [32]uint64

func (s *Sizes) add(o Sizes) {
	for i, n := range o {
		s[i] += n
	}
}

func (s Sizes) total() (n uint64) {
	for _, of := range s {
		n += of
	}
	return n
}

// Levels holds nanoseconds by how full the send buffer stood: element i is the
// time from i/50 of it on, the first one all time below 12 %, the last one all time
// from 126 % on. A send is let in while less than all is queued, so that the level
// passes 1.
type Levels [64]uint64

// perLevel is how many levels make a full buffer; those below low are one.
const (
	perLevel = 50
	low      = 6
)

// High is the level that counts as nearly full.
const High = 0.9

func (l *Levels) add(o Levels) {
	for i, n := range o {
		l[i] += n
	}
}

// spend adds a time at a level.
func (l *Levels) spend(queued, size uint64, ns int64) {
	if size == 0 || ns <= 0 {
		return
	}
	i := min(queued*perLevel/size, uint64(len(l)-1))
	if i < low {
		i = 0
	}
	l[i] += uint64(ns)
}

// Total is all the time, in nanoseconds.
func (l Levels) Total() (ns uint64) {
	for _, n := range l {
		ns += n
	}
	return ns
}

// Above is the share of the time at or above a level, which is taken down to the
// nearest fiftieth; NaN if there was no time.
func (l Levels) Above(level float64) float64 {
	var above uint64
	for i := int(math.Floor(level*perLevel + 1e-9)); i < len(l); i++ {
		above += l[i]
	}
	return float64(above) / float64(l.Total())
}

// Percentile is the level below which the buffer stood p per cent of the time,
// rounded up to a fiftieth; NaN if there was no time.
func (l Levels) Percentile(p float64) float64 {
	all := l.Total()
	if all == 0 {
		return math.NaN()
	}
	var below uint64
	for i, n := range l {
		if below += n; n > 0 && float64(below) >= p/100*float64(all) {
			return float64(max(i+1, low)) / perLevel
		}
	}
	return float64(len(l)) / perLevel
}
