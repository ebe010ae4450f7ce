package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/usage"
)

// Every judgement, on both sides of each of its bounds.
func TestJudgements(t *testing.T) {
	late := func(p50, p99 time.Duration) []time.Duration {
		d := make([]time.Duration, 100)
		for i := range d {
			d[i] = p50
		}
		d[99] = p99
		return d
	}
	broken := errors.New("it is not there")
	n := uint64(1)
	share := 0.5
	for _, c := range []struct {
		check Check
		state State
		found string
	}{
		{cores(2, "server on core 0, generator on core 1"), OK, "2, server on core 0"},
		{cores(1, ""), Limited, "1"},
		{cores(4, ""), Limited, "4, not bound"},
		{quiet(load{average: 0.4, cores: 2}, nil), OK, "0.40 on 2 cores"},
		{quiet(load{average: 0.6, cores: 2}, nil), Limited, "0.60"},
		{quiet(load{steal: 0.02, cores: 2}, nil), Limited, "2.0 % stolen"},
		{quiet(load{}, broken), Missing, "it is not there"},
		{memory(2<<30, nil), OK, "2.0 GiB"},
		{memory(1<<29, nil), Limited, "0.5 GiB"},
		{memory(0, broken), Missing, "not there"},
		{openFiles(65536, nil), OK, "limit 65536"},
		{openFiles(1024, nil), Limited, "limit 1024"},
		{openFiles(0, nil), Limited, "limit 0"},
		{openFiles(1<<63, nil), OK, "limit 9223372036854775808"},
		{openFiles(0, broken), Missing, "not there"},
		{ports(28232, nil), OK, "28232"},
		{ports(1000, nil), Limited, "1000"},
		{ports(0, broken), Missing, "not there"},
		{sleep(late(40*time.Microsecond, 200*time.Microsecond)), OK, "late by 40µs at the median, 200µs at p99"},
		{sleep(late(40*time.Microsecond, 900*time.Microsecond)), Limited, "900µs at p99"},
		{clockStep(reading{step: 20, cost: 30, source: "tsc"}), OK, "steps of 20ns, 30ns a reading, source tsc"},
		{clockStep(reading{step: 2 * time.Microsecond, cost: 30}), Limited, "2µs"},
		{clockStep(reading{step: 20, cost: 2 * time.Microsecond}), Limited, "2µs a reading"},
		{congestion("reno cubic", nil), OK, "reno cubic"},
		{congestion("reno", broken), Missing, "there are: reno"},
		{congestion("reno cubic", fmt.Errorf("cubic: %w", fs.ErrPermission)), Limited, "permission"},
		{congestion("", broken), Limited, "not there"},
		{tcpInfo(tcpReading{bytes: sentBytes, segments: 20, busy: 10}, nil), OK, "1048576 bytes in 20 segments"},
		{tcpInfo(tcpReading{segments: 20, busy: 10}, nil), Limited, "0 bytes"},
		{tcpInfo(tcpReading{bytes: sentBytes, segments: 20}, nil), Limited, ""},
		{tcpInfo(tcpReading{}, broken), Missing, "not there"},
		{costs(usage.Usage{ContextSwitches: &n, RunQueue: &share, WriteSyscalls: &n}), OK, "schedstat"},
		{costs(usage.Usage{ContextSwitches: &n, RunQueue: &share}), Limited, "/proc/self/io"},
		{network(Feature{Name: "veth", Needed: "network veth"}), OK, "made"},
		{gates([]Feature{{Name: anyNetwork}, {Name: "sch_netem", Reason: "not there"}}), OK, "on every network"},
		{gates([]Feature{{Name: anyNetwork, Reason: "run as root"}}), Limited, "on loopback"},
		{gates(nil), Limited, "on loopback"},
		{network(Feature{Name: "veth", Needed: "network veth", Reason: "run as root"}), Missing, "not there"},
	} {
		if c.check.State != c.state || !strings.Contains(c.check.Found, c.found) {
			t.Errorf("%s: %+v, not %s with %q", c.check.Name, c.check, c.state, c.found)
		}
		wellFormed(t, c.check)
	}
}

func wellFormed(t *testing.T, c Check) {
	t.Helper()
	if c.Name == "" || c.Found == "" || c.Means == "" {
		t.Errorf("something is left out: %+v", c)
	}
	if c.State == OK && c.Remedy != "" {
		t.Errorf("a remedy for what is well: %+v", c)
	}
}

// This machine, whatever it has: every check says something, once.
func TestExamine(t *testing.T) {
	checks := Examine(Facts{Networks: []Feature{{Name: "veth", Needed: "network veth"}}})
	seen := map[string]bool{}
	for _, c := range checks {
		wellFormed(t, c)
		if seen[c.Name] {
			t.Errorf("%s is checked twice", c.Name)
		}
		seen[c.Name] = true
	}
	for _, name := range []string{"cores", "kernel", "memory", "open files", "sleep", "clock", "congestion control", "TCP_INFO", "cost counters", "veth", "gate"} {
		if !seen[name] {
			t.Errorf("no check of %s", name)
		}
	}
}

func TestWrite(t *testing.T) {
	var out bytes.Buffer
	err := Write(&out, []Check{
		{Name: "cores", State: OK, Found: "2", Means: "enough"},
		{Name: "open files", State: Limited, Found: "limit 64", Means: "few connections", Remedy: "raise it"},
	})
	want := `ok       cores       2
                     enough
limited  open files  limit 64
                     few connections
                     remedy: raise it
`
	if err != nil || out.String() != want {
		t.Errorf("%v, got\n%s", err, out.String())
	}
}
