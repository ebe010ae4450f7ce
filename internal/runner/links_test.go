package runner

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/results"
)

func TestProfileOf(t *testing.T) {
	for _, c := range []struct {
		factors plan.Values
		name    string
		rtt     time.Duration
		rate    profile.Rate
		loss    float64
		packets int // of the queue
	}{
		{plan.Values{"network": "emulated"}, "emulated-0ms-unlimited-0pct", 0, 0, 0, 50},
		{plan.Values{"network": "emulated", "rtt": 0.04, "bandwidth": 1e7, "loss": 0.001}, "emulated-40ms-10mbit-0.1pct", 40 * time.Millisecond, 1e7, 0.001, 50},
		{plan.Values{"network": "emulated", "rtt": 0.3, "bandwidth": 1e8}, "emulated-300ms-100mbit-0pct", 300 * time.Millisecond, 1e8, 0, 2477},
		{plan.Values{"network": "emulated", "rtt": 0.0005, "bandwidth": 1e11}, "emulated-0.5ms-100000mbit-0pct", 500 * time.Microsecond, 1e11, 0, 4128},
		{plan.Values{"network": "satellite"}, "satellite", 600 * time.Millisecond, 2e7, 0.002, 991},
	} {
		p, err := profileOf(c.factors)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if linkName(c.factors) != c.name || p.Name != c.name || p.RTT() != c.rtt || p.Down.Rate != c.rate || p.Up.Loss.Random != c.loss || p.Down.Limit.Packets != c.packets {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	for _, network := range []string{"loopback", "veth"} {
		if name := linkName(plan.Values{"network": network}); name != "" {
			t.Errorf("%s has a link %s", network, name)
		}
	}
}

// A run is resumed from its manifest alone: what it holds must be the profile.
func TestStoredProfilesAreWhole(t *testing.T) {
	all := append([]*profile.Profile{{
		Name: "bursts", Down: profile.Shape{
			Jitter: profile.Jitter{Spread: 1, Distribution: profile.Pareto}, Loss: profile.Loss{GilbertElliott: &profile.GilbertElliott{P: 0.1, R: 0.5, Bad: 1}},
			Trace: &profile.Trace{Name: "a.trace", Times: []time.Duration{0, 1e6}},
		},
	}}, profile.Named()...)
	for _, p := range all {
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := stored(results.Link{Profile: text})
		if err != nil || !reflect.DeepEqual(p, back) {
			t.Errorf("%s: stored %s, read back %+v (%v)", p.Name, text, back, err)
		}
	}
}

func TestOpenWantsAVerifiedLink(t *testing.T) {
	_, err := open(plan.Values{"network": "satellite"}, nil, 0)
	if err == nil || !strings.Contains(err.Error(), "satellite") || !strings.Contains(err.Error(), "not verified") {
		t.Errorf("got %v", err)
	}
}

func TestBackends(t *testing.T) {
	got := Backends(map[string]results.Link{"a": {Backend: "user"}, "b": {Backend: "tc"}, "c": {Backend: "user"}})
	if got != "tc, user" {
		t.Errorf("got %q", got)
	}
}
