package sched_test

import (
	"math"
	"testing"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

// Over many draws each distribution has the mean, spread and tails of its table.
func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		d                   profile.Distribution
		mean, sd, low, high float64
	}{
		{profile.Uniform, 0, 1 / math.Sqrt(3), -1, 1},
		{profile.Normal, 0, 1, -4, 4},
		{profile.Pareto, -0.0335, 0.8197, -2.0 / 3, 4},     // as cut off at 4
		{profile.ParetoNormal, -0.0253, 0.8345, -1.502, 4}, // likewise
	} {
		const n = 100_000
		sum, squares := 0.0, 0.0
		last := math.Inf(-1)
		for i := range n {
			x := sched.Quantile(c.d, (float64(i)+0.5)/n)
			if x < last || x < c.low || x > c.high {
				t.Fatalf("%s: %g after %g, bounds %g and %g", c.d, x, last, c.low, c.high)
			}
			last = x
			sum, squares = sum+x, squares+x*x
		}
		mean := sum / n
		sd := math.Sqrt(squares/n - mean*mean)
		if math.Abs(mean-c.mean) > 0.002 || math.Abs(sd-c.sd) > 0.002 {
			t.Errorf("%s: mean %.4f, deviation %.4f; want %.4f, %.4f", c.d, mean, sd, c.mean, c.sd)
		}
	}
}

// The share and the mean run of losses are those of each model's chain.
func TestLossModels(t *testing.T) {
	for _, c := range []struct {
		name string
		loss profile.Loss
		run  float64 // mean length of a run of losses
	}{
		{"random", profile.Loss{Random: 0.05}, 1 / 0.95},
		{"bursts", profile.Loss{GilbertElliott: &profile.GilbertElliott{P: 0.01, R: 0.25, Bad: 1}}, 4},
		{"four-state", profile.Loss{FourState: &profile.FourState{P13: 0.01, P31: 0.2}}, 5},
		{"four-state, lone", profile.Loss{FourState: &profile.FourState{P14: 0.05}}, 1},
	} {
		const n = 1_000_000
		s := down(profile.Shape{Loss: c.loss})
		lost, runs, inRun := 0, 0, false
		for i := range n {
			gone := len(s.Arrive(time.Duration(i), full)) == 0
			if gone {
				lost++
				if !inRun {
					runs++
				}
			}
			inRun = gone
		}
		share, run := float64(lost)/n, float64(lost)/float64(runs)
		if math.Abs(share-c.loss.Share()) > 0.05*c.loss.Share() || math.Abs(run-c.run) > 0.05*c.run {
			t.Errorf("%s: share %.4f, runs of %.2f; want %.4f, %.2f", c.name, share, run, c.loss.Share(), c.run)
		}
	}
}
