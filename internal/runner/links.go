package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/netem"
	"github.com/pushbench/pushbench/netem/profile"
	"github.com/pushbench/pushbench/netem/verify"
	"github.com/pushbench/pushbench/results"
)

// linkName is the name of a cell's emulated network among the manifest's links;
// "" where the network adds nothing of its own.
func linkName(v plan.Values) string {
	switch name := v.Text("network"); name {
	case "loopback", "veth":
		return ""
	case "emulated":
		short := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
		bandwidth := "unlimited"
		if b := v.Number("bandwidth"); b > 0 {
			bandwidth = short(b/1e6) + "mbit"
		}
		name := fmt.Sprintf("emulated-%sms-%s-%spct", short(v.Number("rtt")*1e3), bandwidth, short(v.Number("loss")*100))
		return strings.ReplaceAll(name, "+", "")
	default:
		return name
	}
}

// profileOf returns the profile of a cell's emulated network.
func profileOf(v plan.Values) (*profile.Profile, error) {
	name := linkName(v)
	if v.Text("network") != "emulated" {
		return profile.Find(name)
	}
	both := "loss: " + strconv.FormatFloat(v.Number("loss"), 'f', -1, 64)
	if b := v.Number("bandwidth"); b > 0 {
		both += ", rate: " + strconv.FormatFloat(b, 'f', -1, 64) + "bit"
	}
	text := fmt.Sprintf("name: %s\nrtt: %v\nboth: {%s}\n", name, v.Duration("rtt"), both)
	all, err := profile.Read(name, []byte(text), nil)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// attempts is how often a link is measured before it counts as off: another
// program's work can spoil one measurement, but not every one.
const attempts = 3

// Verify measures every emulated network of a plan, or finds that it was measured
// lately, and describes them for the manifest. It calls note before each. A
// network that is off by more than the tolerance is an error with the figures.
func Verify(ctx context.Context, p plan.Plan, note func(string)) (map[string]results.Link, error) {
	links := map[string]results.Link{}
	for _, c := range p.Cells {
		name := linkName(c.Factors)
		if _, have := links[name]; have || name == "" {
			continue
		}
		pr, err := profileOf(c.Factors)
		if err != nil {
			return nil, fmt.Errorf("network %s: %w", name, err)
		}
		if links[name], err = verified(ctx, pr, netem.Auto, note); err != nil {
			return nil, err
		}
	}
	return links, nil
}

// VerifyAgain does it for the links of a manifest, before a run is resumed: the
// machine may have become another one.
func VerifyAgain(ctx context.Context, links map[string]results.Link, note func(string)) error {
	for name, link := range links {
		pr, err := stored(link)
		if err != nil {
			return fmt.Errorf("network %s: %w", name, err)
		}
		if _, err = verified(ctx, pr, link.Backend, note); err != nil {
			return err
		}
	}
	return nil
}

func verified(ctx context.Context, p *profile.Profile, backend string, note func(string)) (results.Link, error) {
	cache, err := verify.DefaultCache()
	if err != nil {
		return results.Link{}, err
	}
	description, err := json.Marshal(p)
	if err != nil {
		return results.Link{}, err
	}
	note("network " + p.Name + ": measuring the link, unless that was done lately")
	var r *verify.Result
	for range attempts {
		if r, _, err = cache.Profile(ctx, p, netem.Options{Backend: backend}); err != nil {
			return results.Link{}, fmt.Errorf("network %s: %w", p.Name, err)
		}
		if r.OK {
			break
		}
	}
	return results.Link{
		Backend: r.Backend, Profile: description, Verified: r.When.UTC(), Asked: r.Asked, Measured: r.Measured,
	}, r.Err()
}

// stored reads the profile of a link in a manifest.
func stored(link results.Link) (*profile.Profile, error) {
	p := &profile.Profile{}
	if err := json.Unmarshal(link.Profile, p); err != nil {
		return nil, fmt.Errorf("its profile in the manifest: %w", err)
	}
	return p, nil
}

// Backends names what emulates the links, for the description of the machine.
func Backends(links map[string]results.Link) string {
	var names []string
	for _, l := range links {
		if !slices.Contains(names, l.Backend) {
			names = append(names, l.Backend)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
