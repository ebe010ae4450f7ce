package schedule

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestConstant(t *testing.T) {
	tests := []struct {
		rate float64
		i, n int
		want []int64
	}{
		{1000, 0, 1, []int64{0, 1e6, 2e6}},
		{1000, 1, 4, []int64{250e3, 1250e3, 2250e3}},
		{3, 0, 1, []int64{0, 333333333, 666666666, 1e9}},
	}
	for _, tt := range tests {
		a := Constant(tt.rate, 64, tt.i, tt.n)
		for k, want := range tt.want {
			if got := a.Next(); got.At != want || got.Size != 64 {
				t.Errorf("rate %v, stream %d of %d, message %d: %v, want %d", tt.rate, tt.i, tt.n, k, got, want)
			}
		}
	}
}

func TestConstantDoesNotDrift(t *testing.T) {
	a := Constant(3, 64, 0, 1)
	var last int64
	for range 3_000_001 {
		last = a.Next().At
	}
	if last != 1_000_000e9 {
		t.Errorf("message 3,000,000 at 3/s is due at %d ns, want 1,000,000 s", last)
	}
}

// The gaps of a Poisson process have mean and standard deviation 1/rate.
func TestPoisson(t *testing.T) {
	const n = 200_000
	a := Poisson(1000, 64, 7, 0)
	var prev int64
	var sum, squares float64
	for range n {
		next := a.Next().At
		if next < prev {
			t.Fatalf("%d after %d", next, prev)
		}
		gap := float64(next - prev)
		sum, squares, prev = sum+gap, squares+gap*gap, next
	}
	mean := sum / n
	sd := math.Sqrt(squares/n - mean*mean)
	if math.Abs(mean/1e6-1) > 0.01 || math.Abs(sd/1e6-1) > 0.01 {
		t.Errorf("mean %v ns, deviation %v ns, want 1e6 within 1 %%", mean, sd)
	}
}

func TestStreamsAndSeedsDiffer(t *testing.T) {
	first := func(seed, stream uint64) int64 { return Poisson(1, 64, seed, stream).Next().At }
	if first(1, 0) == first(1, 1) || first(1, 0) == first(2, 0) {
		t.Error("two streams are the same")
	}
	if a, b := first(1, 0), first(1, 0); a != b {
		t.Errorf("one seed gives two streams: %d, %d", a, b)
	}
}

func TestBursts(t *testing.T) {
	a := Bursts(1000, 64, 3, 1, 2)
	for k, want := range []int64{1500e3, 1500e3, 1500e3, 4500e3, 4500e3, 4500e3, 7500e3} {
		if got := a.Next(); got.At != want {
			t.Errorf("message %d is due at %d, want %d", k, got.At, want)
		}
	}
}

func TestSpecRefusesUnknown(t *testing.T) {
	if _, err := (Spec{Process: "bursty"}).Stream(0, 1); err == nil {
		t.Error("accepted")
	}
}

// Whoever joins a stream later gets the same messages at the same times, and
// what is due by then has been counted.
func TestConstantFrom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.01, 1e6).Draw(t, "rate")
		at := rapid.Int64Range(-1, 1e15).Draw(t, "at")
		n := ConstantBy(rate, at)
		if due := ConstantFrom(rate, 64, n).Next().At; due <= at {
			t.Fatalf("message %d is due at %d, by %d", n, due, at)
		}
		if n == 0 {
			return
		}
		if due := ConstantFrom(rate, 64, n-1).Next().At; due > at {
			t.Fatalf("message %d is due at %d, not by %d", n-1, due, at)
		}
	})
	all, later := Constant(300, 64, 0, 1), ConstantFrom(300, 64, 5)
	for range 5 {
		all.Next()
	}
	for range 10 {
		if a, b := all.Next(), later.Next(); a != b {
			t.Errorf("%v, %v", a, b)
		}
	}
}
