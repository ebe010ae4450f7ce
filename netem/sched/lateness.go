package sched

import (
	"math/bits"
	"time"
)

// A Lateness counts by how much packets were delivered after they were due. Its
// buckets are an eighth of a power of two wide.
type Lateness struct {
	counts [8 * 40]uint64
}

// Add counts one delivery; a negative lateness counts as none.
func (l *Lateness) Add(d time.Duration) {
	l.counts[bucket(uint64(max(0, d)))]++
}

// bucket numbers below 8 are nanoseconds; above, each power of two has 8.
func bucket(ns uint64) int {
	if ns < 8 {
		return int(ns)
	}
	shift := bits.Len64(ns) - 4
	return min(shift*8+int(ns>>shift), len(Lateness{}.counts)-1)
}

// upper is the largest value of a bucket.
func upper(i int) time.Duration {
	if i < 8 {
		return time.Duration(i)
	}
	shift := i/8 - 1
	return time.Duration(uint64(i%8+8+1)<<shift - 1)
}

// Count is how many deliveries were counted.
func (l *Lateness) Count() uint64 {
	n := uint64(0)
	for _, c := range l.counts {
		n += c
	}
	return n
}

// Quantile is the lateness that a share q of deliveries did not exceed, to 1/8;
// 0 where none was counted, and the maximum at 1.
func (l *Lateness) Quantile(q float64) time.Duration {
	want, n := uint64(q*float64(l.Count())+0.5), uint64(0)
	last := 0
	for i, c := range l.counts {
		if c == 0 {
			continue
		}
		last = i
		if n += c; n >= want {
			break
		}
	}
	return upper(last)
}

// Sub returns what was counted since an earlier reading.
func (l Lateness) Sub(o Lateness) Lateness {
	for i := range l.counts {
		l.counts[i] -= o.counts[i]
	}
	return l
}

// Merge adds what o counted.
func (l *Lateness) Merge(o Lateness) {
	for i := range l.counts {
		l.counts[i] += o.counts[i]
	}
}
