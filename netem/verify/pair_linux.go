package verify

import (
	"context"

	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
)

// NewPair measures a profile on both backends, one after the other.
func NewPair(ctx context.Context, p *profile.Profile) (*Pair, error) {
	pair := &Pair{Profile: p}
	for _, b := range []struct {
		backend string
		sight   *Sight
	}{{netem.TC, &pair.TC}, {netem.User, &pair.User}} {
		if err := b.sight.take(ctx, p, b.backend); err != nil {
			return nil, err
		}
	}
	return pair, nil
}

func (s *Sight) take(ctx context.Context, p *profile.Profile, backend string) error {
	link, err := netem.Open(p, netem.Options{Backend: backend})
	if err != nil {
		return err
	}
	defer link.Close()
	plans := planAll(p, pairLosses)
	_, seen, err := observe(ctx, link, plans)
	if err != nil {
		return err
	}
	s.RTT = roundTrips(seen.rtt[0], seen.rtt[1])
	if len(plans.flood[0].times) > 0 {
		s.Goodput = goodput(seen.flood[0], plans.flood[0].size)
	}
	s.Packets = len(plans.loss[0].times)
	s.Lost = s.Packets - len(seen.loss[0])
	s.Bursts = bursts(seen.loss[0], s.Packets)
	return nil
}
