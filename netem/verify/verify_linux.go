package verify

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// Profile opens a link of the profile, measures it and closes it. Moments are
// left out: what is verified is how the profile begins. A link that is off is
// no error here: see Result.OK and Result.Err.
func Profile(ctx context.Context, p *profile.Profile, o netem.Options) (*Result, error) {
	still := *p
	still.Moments, still.Repeat = nil, 0
	link, err := netem.Open(&still, o)
	if err != nil {
		return nil, err
	}
	defer link.Close()
	return measure(ctx, link)
}

// measure sends the plans and compares what comes through.
func measure(ctx context.Context, link *netem.Link) (*Result, error) {
	p := link.Profile
	plans := planAll(p, wantLosses)
	asked, seen, err := observe(ctx, link, plans)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Profile: p.Name, Backend: link.Backend, Kernel: netem.Kernel(), When: time.Now(), OK: true,
		Asked: map[string]float64{}, Measured: map[string]float64{},
	}
	compare(p, plans, asked, seen, r)
	return r, nil
}

// leastFlood is the share of what a flood could bring through that it must, if
// it is to say anything about the rate.
const leastFlood = 0.9

// observe sends the plans one after the other over a link, and through the
// scheduler.
func observe(ctx context.Context, link *netem.Link, plans *plans) (asked, seen *observation, err error) {
	asked, seen = &observation{}, &observation{}
	probe, err := newProber(link)
	if err != nil {
		return nil, nil, err
	}
	defer probe.close()
	// Floods go one after the other: each may need all the machine has.
	downFlood, upFlood := [2]plan{plans.flood[0]}, [2]plan{1: plans.flood[1]}
	for _, phase := range []struct {
		plans       [2]plan
		asked, seen *[2][]arrival
	}{
		{plans.rtt, &asked.rtt, &seen.rtt},
		{plans.loss, &asked.loss, &seen.loss},
		{downFlood, &asked.flood, &seen.flood},
		{upFlood, &asked.flood, &seen.flood},
	} {
		want := simulate(link.Profile, phase.plans)
		if err := link.Begin(); err != nil { // a trace must begin with the plan, as it does in the scheduler
			return nil, nil, err
		}
		got, err := probe.run(ctx, phase.plans, want)
		if err != nil {
			return nil, nil, err
		}
		sent := simulate(link.Profile, phase.plans)
		for d, plan := range phase.plans {
			if len(plan.times) == 0 {
				continue
			}
			if could, did := goodput(want[d], plan.size), goodput(sent[d], plan.size); did < leastFlood*could {
				return nil, nil, fmt.Errorf("this machine sends too slowly to fill network %s: %.3g of %.3g bytes per second; let it rest, or choose a slower network",
					link.Profile.Name, did, could)
			}
			phase.asked[d], phase.seen[d] = sent[d], got[d]
		}
	}
	return asked, seen, nil
}
