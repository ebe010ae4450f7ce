package scenarios

import (
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem/profile"
)

// emulated is the network whose properties are factors of their own.
const emulated = "emulated"

// networkNames lists every network that has a name.
func networkNames() []string {
	out := []string{"loopback", "veth", emulated}
	for _, p := range profile.Named() {
		out = append(out, p.Name)
	}
	return out
}

// networkFilePattern is what the path of a profile's file looks like.
const networkFilePattern = `^[^,=\n\r\t]{1,250}\.ya?ml$`

// parseNetwork reads the name of a network, or the path of a profile. Faults of
// the file are Errors with their places in it.
func parseNetwork(f plan.Factor, text string) (any, error) {
	if slices.Contains(networkNames(), text) {
		return text, nil
	}
	if !strings.HasSuffix(text, ".yaml") && !strings.HasSuffix(text, ".yml") {
		return nil, errors.New(unknown(f.Name, text, networkNames()) + " A profile's file ends in .yaml")
	}
	if err := checkWord(f, text); err != nil {
		return nil, err
	}
	_, err := profile.Load(text)
	if faults := profileErrors(err); len(faults) > 0 {
		return nil, faults
	}
	return text, err
}

// profileErrors turns the faults of a profile's file into Errors.
func profileErrors(err error) (out Errors) {
	var one *profile.Error
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			out = append(out, profileErrors(e)...)
		}
	} else if errors.As(err, &one) {
		out = append(out, Error{File: one.File, Pos: Pos{one.Line, one.Column}, What: one.Text})
	}
	return out
}

// roundTrip is the RTT of a cell's network when idle; 0 where it adds none.
func roundTrip(v plan.Values) time.Duration {
	switch name := v.Text("network"); name {
	case "loopback", "veth":
		return 0
	case emulated:
		return v.Duration("rtt")
	default:
		p, err := profile.Find(name)
		if err != nil {
			return 0 // the file is gone since it was read: whoever opens it says so
		}
		return p.RTT()
	}
}

// changes tells whether a cell's network changes over time.
func changes(v plan.Values) bool {
	p, err := profile.Find(v.Text("network"))
	return err == nil && len(p.Moments) > 0
}

// noticed is how long the window of a cell whose network changes must be for its
// user timeout to be seen to end, half as long again as it asks for, after the last
// change; without one, without limit.
func noticed(c *plan.Cell) plan.Seconds {
	p, err := profile.Find(c.Factors.Text("network"))
	timeout := c.Factors.Duration("user_timeout")
	if err != nil || len(p.Moments) == 0 || timeout == 0 {
		return plan.Seconds(math.Inf(1))
	}
	last := p.Moments[len(p.Moments)-1].At
	return plan.Seconds((last + timeout*3/2).Seconds()) - c.Warmup
}

// What a trial takes at least, in round trips of its network. From 10 segments
// slow start doubles each round trip, so that 10 of them reach 10,000 segments;
// as many more let TCP recover from having overshot, which brings the reader in
// one moment what it had waited for since. An open loop asks for less and needs
// only to be under way. Quick trials are for a first look: they end within slow
// start.
const (
	settleTrips      = 20
	windowTrips      = 4
	quickSettleTrips = 4
	quickWindowTrips = 2
	timedShare       = 6 // before the window of an open loop, a sixth will do
)

// settle lengthens a trial to what its network needs.
func settle(c *plan.Cell, trips, window time.Duration) {
	if c.Timed() {
		trips /= timedShare
	}
	rtt := roundTrip(c.Factors)
	c.Warmup = max(c.Warmup, plan.Seconds((trips * rtt).Seconds()))
	c.Window = max(c.Window, plan.Seconds((window * rtt).Seconds()))
}
