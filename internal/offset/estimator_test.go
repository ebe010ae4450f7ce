package offset

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// A truth is two clocks and the way between them.
type truth struct {
	offset int64   // of the remote clock at local time 0
	drift  float64 // by which it grows
}

func (w truth) at(local int64) int64 {
	return w.offset + int64(math.Round(float64(local)*w.drift))
}

// exchange is one with these delays, all in nanoseconds.
func (w truth) exchange(t1, there, work, back int64) Sample {
	return Sample{
		T1: t1, T2: t1 + there + w.at(t1+there),
		T3: t1 + there + work + w.at(t1+there+work), T4: t1 + there + work + back,
	}
}

const ms = int64(time.Millisecond)

// With one exchange it is NTP's formula; the rest can be found with a pencil.
func TestEstimateExactly(t *testing.T) {
	still := truth{offset: 1000 * ms}
	for _, c := range []struct {
		name    string
		samples []Sample
		at      int64
		want    Estimate
	}{
		{
			// The offset is 2 ms wrong, as half of the difference of the ways.
			"one, asymmetric",
			[]Sample{still.exchange(0, 7*ms, 0, 3*ms)},
			5 * ms,
			Estimate{Offset: 1002 * ms, Bound: 5*ms + 5000 + resolution, Widen: MaxDrift, MinRTT: 10 * time.Millisecond, Samples: 1},
		},
		{
			// The way there of one and the way back of the other are without delay:
			// the offset is known to what drift can do between them.
			"two that meet",
			[]Sample{still.exchange(0, 0, 0, 8*ms), still.exchange(10*ms, 8*ms, 0, 0)},
			9 * ms,
			Estimate{Offset: 1000 * ms, Drift: MaxDrift / 2, Bound: 9000 + resolution, MinRTT: 8 * time.Millisecond, Samples: 2},
		},
		{
			"the work of the remote host does not count",
			[]Sample{still.exchange(0, 0, 50*ms, 0)},
			25 * ms,
			Estimate{Offset: 1000 * ms, Drift: MaxDrift / 2, Bound: 25000 + resolution, Widen: MaxDrift / 2, Samples: 1},
		},
		{
			"without delay drift is known",
			[]Sample{truth{5, 1e-4}.exchange(0, 0, 0, 0), truth{5, 1e-4}.exchange(1000*ms, 0, 0, 0)},
			1000 * ms,
			Estimate{Offset: 5 + ms/10, Drift: 1e-4, Bound: resolution, Samples: 2},
		},
		{
			// 1 ms, then 3 ms, then 1 ms again: no line, and 1 ms is missing on each
			// side; the exchanges leave nothing open.
			"no steady drift",
			[]Sample{{0, ms, ms, 0}, {1000 * ms, 1003 * ms, 1003 * ms, 1000 * ms}, {2000 * ms, 2001 * ms, 2001 * ms, 2000 * ms}},
			1000 * ms,
			Estimate{Offset: 2 * ms, Bound: ms, Residual: ms, Samples: 3},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e Estimator
			for _, s := range c.samples {
				if !e.Add(s) {
					t.Fatalf("%+v was refused", s)
				}
			}
			got, _ := e.Estimate(c.at)
			c.want.At = c.at
			// Clock steps of 100 ns make drift and bound a little less certain.
			opts := cmp.Options{
				cmpopts.EquateApprox(0, 1e-5),
				cmp.Comparer(func(a, b int64) bool { return max(a-b, b-a) <= 2*resolution }),
				cmpopts.IgnoreFields(Estimate{}, "Widen"),
			}
			if d := cmp.Diff(c.want, got, opts); d != "" {
				t.Error(d)
			}
			if c.want.Widen > 0 && math.Abs(got.Widen-c.want.Widen) > 1e-5 {
				t.Errorf("widens by %g, want %g", got.Widen, c.want.Widen)
			}
		})
	}
}

func TestEstimateRefuses(t *testing.T) {
	var e Estimator
	for _, s := range []Sample{{10, 0, 0, 0}, {0, 10, 0, 20}, {0, 0, 100, 10}} {
		if e.Add(s) {
			t.Errorf("%+v was taken", s)
		}
	}
	if _, ok := e.Estimate(0); ok {
		t.Error("an estimate of nothing")
	}
}

// The true offset is within the bound whatever the delays: at the time of the
// estimate, before and after it.
func TestTruthIsWithinTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := truth{
			offset: rapid.Int64Range(-2e18, 2e18).Draw(t, "offset"),
			drift:  rapid.Float64Range(-9e-4, 9e-4).Draw(t, "drift"),
		}
		delay := rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, ms), rapid.Int64Range(0, 3000*ms))
		var e Estimator
		now := int64(rapid.Int64Range(0, 1e15).Draw(t, "start"))
		w.offset -= int64(math.Round(float64(now) * w.drift)) // floats would lose nanoseconds otherwise
		start := now
		for range rapid.IntRange(1, 40).Draw(t, "samples") {
			s := w.exchange(now, delay.Draw(t, "there"), delay.Draw(t, "work")/10, delay.Draw(t, "back"))
			if !e.Add(s) {
				continue // drift may make a round trip of some nanoseconds negative
			}
			now = s.T4
			est, _ := e.Estimate(now)
			if est.Residual > 0 {
				t.Fatalf("a steady drift left %d ns", est.Residual)
			}
			for _, at := range []int64{now, start, now + 5000*ms} {
				off := est.Offset + int64(math.Round(est.Drift*float64(at-est.At)))
				if wrong := off - w.at(at); max(wrong, -wrong) > est.BoundAt(at)+2 {
					t.Fatalf("at %d the offset is %d ns wrong, bound %d: %+v", at, wrong, est.BoundAt(at), est)
				}
				local, bound := est.Local(at + w.at(at))
				if wrong := local - at; max(wrong, -wrong) > bound+2 {
					t.Fatalf("%d came back as %d ns more, bound %d: %+v", at, wrong, bound, est)
				}
			}
			now += rapid.Int64Range(0, 1000*ms).Draw(t, "pause")
		}
	})
}

// More exchanges bring the bound down to near the least round trip's half, and
// the hulls stay small.
func TestManySamples(t *testing.T) {
	w := truth{offset: 1e18, drift: 50e-6}
	var e Estimator
	now, seed := int64(0), uint64(1)
	random := func(n int64) int64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int64(seed>>33) % n
	}
	for range 2000 {
		s := w.exchange(now, 10*ms+random(5*ms), 0, 10*ms+random(20*ms))
		e.Add(s)
		now = s.T4 + 250*ms
	}
	est, _ := e.Estimate(now)
	if est.Bound < 10*ms || est.Bound > 11*ms {
		t.Errorf("bound %v, want a little over 10 ms", time.Duration(est.Bound))
	}
	if math.Abs(est.Drift-w.drift) > 1e-6 || est.Samples != 2000 {
		t.Errorf("drift %g of %g, %d samples", est.Drift, w.drift, est.Samples)
	}
	if n := len(e.upper.points) + len(e.lower.points); n > 100 {
		t.Errorf("%d points are kept", n)
	}
}

func BenchmarkEstimate(b *testing.B) {
	w := truth{offset: 1e18, drift: 50e-6}
	var e Estimator
	for i := range int64(1000) {
		e.Add(w.exchange(i*250*ms, 10*ms+i*i*7919%ms, 0, 10*ms+i*i*104729%ms))
	}
	for b.Loop() {
		e.Estimate(250000 * ms)
	}
}
