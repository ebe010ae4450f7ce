// Package offset finds by how much the clock of another host is ahead of this
// one's, and by how much that may be wrong.
//
// Both hosts exchange time stamps as NTP does (RFC 5905): t1 is when a request
// leaves here, t2 when it arrives there, t3 when the answer leaves, t4 when it
// arrives here. Nothing arrives before it was sent, whatever the network does, so
// the offset was at most t2-t1 at t1 and at least t3-t4 at t4. A line (offset and
// drift) that is above all lower and below all upper limits is possible; the
// estimate is the middle of all such lines, and the bound is how far the outermost
// are from it. The exchanges with the least round trip decide by themselves, as
// their limits are the tightest (Duda et al. 1987 used the same hulls). With one
// exchange this is NTP's offset and half of its round trip.
package offset

import (
	"math"
	"time"
)

// MaxDrift bounds the rate at which two clocks part: a kernel slews each by at
// most 500 ppm.
const MaxDrift = 1e-3

// resolution is by how many nanoseconds two readings may be off together, as no
// clock tells fractions of its step.
const resolution = 100

// A Sample is one exchange, in nanoseconds: T1 and T4 by the local clock, T2 and
// T3 by the remote one.
type Sample struct{ T1, T2, T3, T4 int64 }

// RTT is the round trip less the time the remote host took.
func (s Sample) RTT() time.Duration { return time.Duration((s.T4 - s.T1) - (s.T3 - s.T2)) }

// valid tells whether clocks that go forward can have given the sample.
func (s Sample) valid() bool { return s.T4 >= s.T1 && s.T3 >= s.T2 && s.RTT() >= 0 }

// An Estimate says what to add to the local clock to have the remote one.
type Estimate struct {
	At     int64   // local time it was made for
	Offset int64   // nanoseconds, remote less local, at At
	Drift  float64 // by which the offset grows, seconds a second
	Bound  int64   // nanoseconds by which Offset may be wrong at At
	Widen  float64 // by which the bound grows with the distance from At, seconds a second
	// Residual is by how many nanoseconds the exchanges fail to fit any steady
	// drift. It is part of Bound; where it is not 0 the clocks changed their speed,
	// and the bound is an estimate too.
	Residual int64
	MinRTT   time.Duration
	Samples  int
}

// Local turns a remote time into a local one, and says in nanoseconds by how
// much that may be wrong.
func (e Estimate) Local(remote int64) (local, bound int64) {
	d := float64(remote-e.Offset-e.At) / (1 + e.Drift)
	// What is wrong in remote time is at most so much more in local time.
	b := float64(e.boundAt(d)) * (1 + 4*MaxDrift)
	return e.At + int64(math.Round(d)), int64(math.Ceil(b))
}

// BoundAt is by how many nanoseconds the offset at a local time may be wrong.
func (e Estimate) BoundAt(local int64) int64 { return e.boundAt(float64(local - e.At)) }

func (e Estimate) boundAt(distance float64) int64 {
	return e.Bound + int64(math.Ceil(math.Abs(distance)*e.Widen))
}

// An Estimator turns samples into estimates. It is pure: the same samples give
// the same estimate. The zero value is ready.
type Estimator struct {
	base         Sample // the first; all else is relative to it, so that floats are exact
	theta        int64  // its offset
	upper, lower hull
	minRTT       time.Duration
	samples      int
}

// Add takes the next sample, in order of time; one that no forward-going clocks
// can have given is refused.
func (e *Estimator) Add(s Sample) bool {
	if !s.valid() {
		return false
	}
	if e.samples == 0 {
		e.base, e.theta = s, s.T2-s.T1
		e.upper.sign, e.lower.sign = 1, -1
		e.minRTT = s.RTT()
	}
	e.samples++
	e.minRTT = min(e.minRTT, s.RTT())
	e.upper.add(point{float64(s.T1 - e.base.T1), float64(s.T2 - s.T1 - e.theta + resolution)})
	e.lower.add(point{float64(s.T4 - e.base.T1), float64(s.T3 - s.T4 - e.theta - resolution)})
	return true
}

// Estimate is for a local time, usually that of the last sample; ok is false
// without samples. Later times are best: the past is widened too.
func (e *Estimator) Estimate(at int64) (est Estimate, ok bool) {
	if e.samples == 0 {
		return Estimate{}, false
	}
	f := e.fit()
	t := float64(at - e.base.T1)
	high, low := f.highest(t), f.lowest(t)
	drift := (f.least + f.most) / 2
	mid := (high + low) / 2
	return Estimate{
		At: at, Offset: e.theta + int64(math.Round(mid)), Drift: drift,
		// One nanosecond for the rounding.
		Bound: int64(math.Ceil((high-low)/2+f.missing)) + 1, Widen: (f.most - f.least) / 2,
		Residual: int64(f.missing), MinRTT: e.minRTT, Samples: e.samples,
	}, true
}
