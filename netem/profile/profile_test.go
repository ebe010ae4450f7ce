package profile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/netem/profile"
)

// traces opens "good" and "bad" from memory.
func traces(name string) (io.ReadCloser, error) {
	switch name {
	case "good":
		return io.NopCloser(strings.NewReader("1\n1\n3\n")), nil
	case "bad":
		return io.NopCloser(strings.NewReader("5\n4\n")), nil
	}
	return nil, os.ErrNotExist
}

func read(text string) (*profile.Profile, error) {
	all, err := profile.Read("p.yaml", []byte(text), traces)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func TestReadEverything(t *testing.T) {
	p, err := read(`
name: train
title: a train through hills
source: measured in May
rtt: 80ms
both: {loss: {gilbert-elliott: {p: 1%, r: 25%}}, duplicate: 0.1%, corrupt: 0.01%}
down:
  rate: 20 Mbit/s
  overhead: 38
  limit: 500ms
  jitter: {spread: 5ms, distribution: pareto, reordering: true}
  reorder: {share: 1%, gap: 5}
up: {delay: 30ms, trace: good, limit: 64KiB, jitter: 2ms}
seed: 7
moments:
  - {at: 10s, off: true}
  - {at: 12s, rtt: 200ms, down: {rate: 1Mbit}}
repeat: 1m
`)
	if err != nil {
		t.Fatal(err)
	}
	ms := time.Millisecond
	loss := profile.Loss{GilbertElliott: &profile.GilbertElliott{P: 0.01, R: 0.25, Bad: 1}}
	down := profile.Shape{
		Delay: 40 * ms, Jitter: profile.Jitter{Spread: 5 * ms, Distribution: profile.Pareto, Reordering: true},
		Loss: loss, Duplicate: 0.001, Corrupt: 0.0001, Reorder: profile.Reorder{Share: 0.01, Gap: 5},
		Rate: 20e6, Overhead: 38, Limit: profile.Limit{Bytes: 1250000},
	}
	up := profile.Shape{
		Delay: 30 * ms, Jitter: profile.Jitter{Spread: 2 * ms, Distribution: profile.Uniform},
		Loss: loss, Duplicate: 0.001, Corrupt: 0.0001,
		Trace: &profile.Trace{Name: "good", Times: []time.Duration{ms, ms, 3 * ms}}, Limit: profile.Limit{Bytes: 65536},
	}
	offDown, offUp := down, up
	offDown.Off, offUp.Off = true, true
	slowDown, slowUp := down, up
	slowDown.Delay, slowDown.Rate, slowUp.Delay = 100*ms, 1e6, 100*ms
	want := &profile.Profile{
		Name: "train", Title: "a train through hills", Source: "measured in May",
		Down: down, Up: up, Seed: 7, Repeat: time.Minute,
		Moments: []profile.Moment{{10 * time.Second, offDown, offUp}, {12 * time.Second, slowDown, slowUp}},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Errorf("want -, got +\n%s", d)
	}
}

func TestDefaults(t *testing.T) {
	for _, c := range []struct {
		text string
		want profile.Limit
	}{
		{"name: a\nrtt: 40ms\nboth: {rate: 100Mbit}", profile.Limit{Packets: 330}}, // 500,000 bytes / 1514
		{"name: a\nrtt: 1ms\nboth: {rate: 1Mbit}", profile.Limit{Packets: 50}},
		{"name: a", profile.Limit{Packets: 50}},
	} {
		p, err := read(c.text)
		if err != nil || p.Down.Limit != c.want || p.Up.Limit != c.want || p.Seed != 1 {
			t.Errorf("%q: %+v (%v), want limit %v", c.text, p, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "p.yaml:1:1: want one YAML document"},
		{"name: [", "p.yaml:1:"},
		{"7", "p.yaml:1:1: a profile must be a mapping"},
		{"rtt: 1ms", "p.yaml:1:4: the profile has no name"},
		{"name: A b", `p.yaml:1:7: "A b" is no name`},
		{"name: veth", `p.yaml:1:7: "veth" is the name of another network`},
		{"name: a\nspeed: 1", `p.yaml:2:1: a profile has no "speed"`},
		{"name: a\nrtt: -1ms", "p.yaml:2:6: -1ms is not between 0s and 2m0s"},
		{"name: a\nrtt: 1h", "p.yaml:2:6: 1h is not between"},
		{"name: a\nrtt: 40", `p.yaml:2:6: "40" is not a time: write it with its unit`},
		{"name: a\ndown: {loss: 101%}", "p.yaml:2:14: 101% is not between 0 and 100%"},
		{"name: a\ndown: {loss: -0.1}", "p.yaml:2:14: -0.1 is not between"},
		{"name: a\ndown: {loss: some}", `p.yaml:2:14: "some" is not a share`},
		{"name: a\ndown: {loss: {random: 1%, four-state: {p14: 1%}}}", "p.yaml:2:"},
		{"name: a\ndown: {loss: {gilbert-elliott: {p: 1%}}}", "needs p (good to bad) and r"},
		{"name: a\ndown: {loss: {four-state: {p13: 1%}}}", "give p31 over 0"},
		{"name: a\ndown: {rate: 0}", `"0" is not a rate`},
		{"name: a\ndown: {rate: 0bit}", "a rate of 0bit is not between 1kbit and 100Gbit"},
		{"name: a\ndown: {rate: -1Mbit}", "a rate of -1Mbit is not between"},
		{"name: a\ndown: {rate: 1e9Gbit}", "is not between 1kbit and 100Gbit"},
		{"name: a\ndown: {limit: 0}", "a queue of 0 is not between 1 and"},
		{"name: a\ndown: {limit: 10B}", "a queue of 10B is not between one frame"},
		{"name: a\ndown: {limit: 1s}", "needs a rate to count from"},
		{"name: a\ndown: {rate: 1Mbit, limit: 100000h}", "is not between one frame"},
		{"name: a\ndown: {delay: 1ms, jitter: 2ms}", "packets would arrive before they were sent"},
		{"name: a\ndown: {delay: 9ms, jitter: {spread: 1ms, distribution: weird}}", `unknown distribution "weird"`},
		{"name: a\ndown: {reorder: 1%}", "it needs a delay"},
		{"name: a\ndown: {trace: bad}", "bad:2:1: 4 ms goes back in time"},
		{"name: a\ndown: {trace: none}", "open the trace"},
		{"name: a\ndown: {trace: good, rate: 1Mbit}", "a trace takes the place of rate"},
		{"name: a\ndown: {overhead: 5000}", "5000 is not a whole number between -14 and 1000"},
		{"name: a\nmoments: [{off: true}]", "the moment does not say when"},
		{"name: a\nmoments: [{at: 2s}, {at: 1s}]", "moment at 1s does not come after the one at 2s"},
		{"name: a\nmoments: [{at: 2s}]\nrepeat: 1s", "p.yaml:3:9: repeat must come after the last moment"},
		{"name: a\nseed: -4", "-4 is not a whole number"},
	} {
		_, err := read(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %q, want %q in it", c.text, err, c.want)
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := read("name: a\nrtt: x\ndown: {loss: 200%}\nup: {rate: 0bit}")
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("want three errors, got:\n%v", err)
	}
	var e *profile.Error
	if !errors.As(err, &e) || e.Line != 2 || e.Column != 6 {
		t.Errorf("first error at %+v, want line 2 column 6", e)
	}
}

func TestNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range profile.Named() {
		if seen[p.Name] {
			t.Errorf("%s is there twice", p.Name)
		}
		seen[p.Name] = true
		if p.Source == "" || p.Title == "" {
			t.Errorf("%s has no source or title", p.Name)
		}
	}
	for _, name := range []string{"lan", "metro", "continent", "ocean", "satellite", "bufferbloat", "wpt-3g", "devtools-3g", "lighthouse-slow4g", "atc-2g-rural", "comcast-satellite"} {
		if !seen[name] {
			t.Errorf("no %s", name)
		}
	}
	p, err := profile.Find("bufferbloat")
	if err != nil || p.RTT() != 30*time.Millisecond || p.Down.QueueBytes() != 1250000 {
		t.Errorf("bufferbloat is %+v (%v)", p, err)
	}
	if _, err := profile.Find("wpt3g"); !errors.Is(err, profile.ErrUnknown) || !strings.Contains(err.Error(), "wpt-3g;") {
		t.Errorf("unknown name: %v", err)
	}
}

func TestLoadReadsTracesBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "link.trace"), "1\n2\n")
	write(t, filepath.Join(dir, "p.yaml"), "name: mine\ndown: {trace: link.trace}\n")
	p, err := profile.Find(filepath.Join(dir, "p.yaml"))
	if err != nil || p.Down.Trace.Rate() != 12e6 {
		t.Errorf("%+v, %v", p, err)
	}
	write(t, filepath.Join(dir, "p.yaml"), "- name: one\n- name: two\n")
	if _, err := profile.Load(filepath.Join(dir, "p.yaml")); err == nil {
		t.Error("two profiles in a file were taken for one")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAt(t *testing.T) {
	p, err := read("name: a\nmoments: [{at: 2s, off: true}, {at: 3s, both: {rate: 1Mbit}}]\nrepeat: 10s")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at, next time.Duration
		off      bool
		rate     profile.Rate
	}{
		{0, 2, false, 0},
		{2, 3, true, 0},
		{9, 10, false, 1e6},
		{10, 12, false, 0},
		{12, 13, true, 0},
		{13, 20, false, 1e6},
	} {
		_, up, next := p.At(c.at * time.Second)
		if up.Off != c.off || up.Rate != c.rate || next != c.next*time.Second {
			t.Errorf("at %ds: off %v, rate %v, next %v; want %+v", c.at, up.Off, up.Rate, next, c)
		}
	}
}

func TestLossShare(t *testing.T) {
	for _, c := range []struct {
		loss profile.Loss
		want float64
	}{
		{profile.Loss{Random: 0.02}, 0.02},
		{profile.Loss{GilbertElliott: &profile.GilbertElliott{P: 0.01, R: 0.19, Bad: 0.8, Good: 0.1}}, 0.05*0.8 + 0.95*0.1},
		// Bursts alone: mean burst 1/p31, mean gap 1/p13.
		{profile.Loss{FourState: &profile.FourState{P13: 0.02, P31: 0.5}}, 2.0 / 52},
		// Lone losses: state 4 follows state 1 with p14 and always goes back.
		{profile.Loss{FourState: &profile.FourState{P14: 0.25}}, 0.2},
	} {
		if got := c.loss.Share(); got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("%+v: share %g, want %g", c.loss, got, c.want)
		}
	}
}

func TestReadTrace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no time after 0"},
		{"0\n0\n", "no time after 0"},
		{"1\nx\n", `t:2:1: "x" is not a time`},
		{"-1\n", "t:1:1:"},
		{"3\n2\n", "t:2:1: 2 ms goes back in time, the line before it has 3"},
		{"99999999999\n", "longest trace"},
	} {
		if _, err := profile.ReadTrace("t", strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("name: a\nrtt: 1ms\ndown: {rate: 1Mbit, loss: {four-state: {p13: 1%, p31: 50%}}, trace: good}")
	f.Add("- name: a\n- {name: b, moments: [{at: 1s, off: true}], repeat: 2s}")
	f.Add("name: &x a\nup: *x")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := profile.Read("f", []byte(text), traces)
		if err != nil {
			return
		}
		for _, p := range all {
			for _, s := range []profile.Shape{p.Down, p.Up} {
				if s.QueueBytes() <= 0 || s.Delay < 0 || s.Jitter.Spread > s.Delay && s.Jitter.Spread < 0 {
					t.Errorf("accepted %+v", s)
				}
			}
			for at := range slices.Values([]time.Duration{0, time.Second, time.Hour}) {
				if _, _, next := p.At(at); next <= at {
					t.Errorf("at %v the next change is %v", at, next)
				}
			}
		}
	})
}

func FuzzReadTrace(f *testing.F) {
	f.Add("1\n2\n2\n")
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := profile.ReadTrace("f", strings.NewReader(text))
		if err == nil && (trace.Period() <= 0 || !slices.IsSorted(trace.Times)) {
			t.Errorf("accepted %+v", trace)
		}
	})
}
