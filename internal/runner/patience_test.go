package runner

import (
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem/profile"
)

func find(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOutage(t *testing.T) {
	again := *find(t, "blackout")
	again.Repeat = 10 * time.Second
	for _, c := range []struct {
		profile  *profile.Profile
		at, back time.Duration
		dead     bool
	}{
		{find(t, "satellite"), 0, profile.Never, false},
		{find(t, "blackout"), time.Second, profile.Never, true},
		{find(t, "tunnel"), time.Second, 3 * time.Second, true},
		{find(t, "handover"), time.Second, 1100 * time.Millisecond, true},
		{&again, time.Second, 10 * time.Second, true},
	} {
		at, back, dead := outage(c.profile)
		if at != c.at || back != c.back || dead != c.dead {
			t.Errorf("%s: dead %v from %v to %v, want %v from %v to %v", c.profile.Name, dead, at, back, c.dead, c.at, c.back)
		}
	}
}

func TestGrace(t *testing.T) {
	cell := plan.Values{}
	if got := graceOf(cell, nil); got != grace {
		t.Errorf("on loopback %v", got)
	}
	if got := graceOf(cell, find(t, "blackout")); got != deadGrace {
		t.Errorf("on a dead network %v", got)
	}
	// 50 full packets in the queue and 4 × (BDP and queue) in the send buffer, of
	// which full segments leave 1448/1514 of 10 Mbit/s, beside 10 round trips.
	const rate = 1e7 / 8 * 1448 / 1514
	queue := 50 * 1514.0
	want := 5.4 + (queue+4*(rate*0.04+queue))/rate
	if got := graceOf(cell, find(t, "tunnel")).Seconds(); got < want-1e-6 || got > want+1e-6 {
		t.Errorf("at 10 Mbit/s %v s, want %v s", got, want)
	}
	if slow, fast := graceOf(cell, find(t, "wpt-2g")), graceOf(cell, find(t, "wpt-fios")); slow < 30*time.Second || slow > mostGrace || fast > 6*time.Second {
		t.Errorf("2G %v, FIOS %v", slow, fast)
	}
	if one, ten := graceOf(cell, find(t, "wpt-3g")), graceOf(plan.Values{"connections": 10.0}, find(t, "wpt-3g")); ten <= one {
		t.Errorf("one connection %v, ten %v", one, ten)
	}
}
