package verify

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/sched"
)

const ms = time.Millisecond

// The scheduler's outcome of a flood is the formula's: rate × payload / frame,
// and the queue is what the profile limits it to.
func TestFloodMatchesTheFormula(t *testing.T) {
	for _, rate := range []profile.Rate{20e3, 1e6, 50e6, 1e9} {
		s := profile.Shape{Delay: 20 * ms, Rate: rate, Limit: profile.Limit{Packets: 100}}
		p := &profile.Profile{Down: s, Seed: 1}
		f := planFlood(&s)
		got := f.simulate(p, sched.Down)
		frame := float64(f.size + profile.HeaderBytes)
		want := float64(rate) / 8 * float64(f.size-headers) / frame
		if g := goodput(got, f.size); math.Abs(g-want) > 0.001*want {
			t.Errorf("rate %g: goodput %g, formula %g", float64(rate), g, want)
		}
		if q := queueBytes(got, rate); math.Abs(q-100*frame) > 2*frame {
			t.Errorf("rate %g: queue %g, want %g", float64(rate), q, 100*frame)
		}
	}
}

func TestWasserstein(t *testing.T) {
	a := []time.Duration{10 * ms, 20 * ms, 30 * ms, 40 * ms}
	b := []time.Duration{15 * ms, 25 * ms, 35 * ms, 45 * ms}
	if got := wasserstein(a, b); got != 5*ms {
		t.Errorf("a shift of 5 ms is %v", got)
	}
	if got := wasserstein(a, a); got != 0 {
		t.Errorf("from itself %v", got)
	}
}

// The scatter that is allowed is the scatter that losses have, bursts or not.
func TestLossSpread(t *testing.T) {
	for name, loss := range map[string]profile.Loss{
		"random":     {Random: 0.02},
		"bursts":     {GilbertElliott: &profile.GilbertElliott{P: 0.01, R: 0.2, Bad: 1}},
		"half bad":   {GilbertElliott: &profile.GilbertElliott{P: 0.02, R: 0.1, Bad: 0.5}},
		"four-state": {FourState: &profile.FourState{P13: 0.01, P31: 0.25}},
	} {
		const n, runs = 5000, 400
		s := profile.Shape{Loss: loss}
		var shares []time.Duration // in millionths
		for seed := range uint64(runs) {
			got := spaced(n, smallest, 1).simulate(&profile.Profile{Down: s, Seed: seed + 1}, sched.Down)
			shares = append(shares, time.Duration(n-len(got))*1e6/n)
		}
		seen, want := float64(deviation(shares))/1e6, lossSpread(&s, n)
		if seen > want*1.15 || seen < want*0.8 {
			t.Errorf("%s: deviation %.5f, formula %.5f", name, seen, want)
		}
	}
}

func TestBursts(t *testing.T) {
	seen := []arrival{{seq: 2}, {seq: 3}, {seq: 6}}
	if got := bursts(seen, 8); !slices.Equal(got, []int{2, 2, 1}) {
		t.Errorf("bursts %v", got)
	}
}

// sightOf makes a sight out of the scheduler.
func sightOf(s profile.Shape, seed uint64) Sight {
	p := &profile.Profile{Down: s, Seed: seed}
	plan := planLoss(&s, pairLosses)
	seen := plan.simulate(p, sched.Down)
	rtt := planRTT(p).simulate(p, sched.Down)
	return Sight{
		RTT: roundTrips(rtt, rtt), Goodput: 1e6, Packets: len(plan.times),
		Lost: len(plan.times) - len(seen), Bursts: bursts(seen, len(plan.times)),
	}
}

// Backends that do the same are alike, and each difference is found.
func TestPair(t *testing.T) {
	lossy := func(l profile.Loss) profile.Shape { return profile.Shape{Delay: 20 * ms, Loss: l} }
	base := lossy(profile.Loss{GilbertElliott: &profile.GilbertElliott{P: 0.01, R: 0.3, Bad: 1}})
	const alpha = 0.01 / 20
	pair := Pair{Profile: &profile.Profile{Down: base}, User: sightOf(base, 1), TC: sightOf(base, 2)}
	if apart := pair.Apart(alpha); len(apart) != 0 {
		t.Errorf("the same is apart: %v", apart)
	}
	slow, single := base, base
	slow.Delay += 5 * ms
	// The same share of losses, without bursts.
	single.Loss = profile.Loss{Random: base.Loss.Share()}
	twice := lossy(profile.Loss{GilbertElliott: &profile.GilbertElliott{P: 0.02, R: 0.3, Bad: 1}})
	for _, c := range []struct {
		other profile.Shape
		want  string
	}{{slow, "median RTT"}, {single, "burst length"}, {twice, "loss rate"}} {
		pair.TC = sightOf(c.other, 3)
		pair.TC.Packets = pair.User.Packets
		if c.want == "loss rate" { // as many packets, so twice the losses
			pair.TC.Lost *= 2
		}
		if apart := pair.Apart(alpha); !slices.Contains(apart, c.want) {
			t.Errorf("%s not found, only %v", c.want, apart)
		}
	}
	pair.TC = sightOf(base, 2)
	pair.TC.Goodput *= 1.02
	if apart := pair.Apart(alpha); !slices.Equal(apart, []string{"goodput"}) {
		t.Errorf("goodput not found, only %v", apart)
	}
}

func TestGone(t *testing.T) {
	for _, s := range []profile.Shape{
		{Loss: profile.Loss{Random: 0.1}},
		{Loss: profile.Loss{Random: 0.1}, Corrupt: 0.2},
		{Loss: profile.Loss{Random: 0.3}, Corrupt: 0.2, Duplicate: 0.5},
	} {
		const n = 200_000
		sc := sched.New(&profile.Profile{Down: s, Seed: rand.Uint64()}, sched.Down)
		lost := 0
		for i := range n {
			if !slices.ContainsFunc(sc.Arrive(time.Duration(i), smallest), func(d sched.Delivery) bool { return d.Flip < 0 }) {
				lost++
			}
		}
		if got, want := float64(lost)/n, gone(&s); math.Abs(got-want) > 0.006 {
			t.Errorf("%+v: %.4f gone, formula %.4f", s, got, want)
		}
	}
}
